// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.qbfs.error.Printable;
import org.qbfs.error.QbfsException;

/** Errors as the user sees them: {@code qbfs: <what>: <why>}, and a second line with what to do. */
final class Messages {
    private Messages() {}

    static void print(PrintStream to, Throwable error, boolean verbose) {
        to.println("qbfs: " + Printable.of(text(error, verbose)));
        if (error instanceof QbfsException known) {
            to.println("      " + known.advice());
        }
        if (verbose) {
            error.printStackTrace(to);
        }
    }

    private static String text(Throwable error, boolean verbose) {
        return switch (error) {
            case NoSuchFileException e -> e.getFile() + ": no such file";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileSystemException e -> e.getFile() + ": "
                    + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
            case IOException e when e.getMessage() != null -> e.getMessage();
            default -> "unexpected: " + error + (verbose ? "" : " (-v shows where)");
        };
    }
}
