// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.qbfs.error.QbfsException;

/** Errors as the user sees them: {@code qbfs: <what>: <why>}, and a second line with what to do. */
final class Messages {
    private Messages() {}

    static void print(PrintStream to, Throwable error, boolean verbose) {
        switch (error) {
            case QbfsException known -> {
                to.println("qbfs: " + Table.printable(known.getMessage()));
                to.println("      " + known.advice());
            }
            case NoSuchFileException e -> to.println("qbfs: " + e.getFile() + ": no such file");
            case AccessDeniedException e -> to.println("qbfs: " + e.getFile() + ": permission denied");
            case FileSystemException e -> to.println("qbfs: " + e.getFile() + ": "
                    + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()));
            case IOException e -> to.println("qbfs: " + Table.printable(String.valueOf(e.getMessage())));
            default -> to.println("qbfs: unexpected: " + error + (verbose ? "" : " (-v shows where)"));
        }
        if (verbose) {
            error.printStackTrace(to);
        }
    }
}
