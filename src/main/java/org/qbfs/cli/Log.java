// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where log lines go: to the standard error, or to a file for a daemon. Set up before the first line. */
final class Log {
    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Log() {}

    static void toStandardError(boolean verbose) {
        System.setProperty(PREFIX + "defaultLogLevel", verbose ? "debug" : "warn");
        System.setProperty(PREFIX + "showThreadName", "false");
        System.setProperty(PREFIX + "showLogName", "false");
    }

    static void toFile(Path file, boolean verbose) {
        toStandardError(verbose);
        System.setProperty(PREFIX + "defaultLogLevel", verbose ? "debug" : "info");
        System.setProperty(PREFIX + "showDateTime", "true");
        System.setProperty(PREFIX + "dateTimeFormat", "yyyy-MM-dd HH:mm:ss");
        System.setProperty(PREFIX + "logFile", file.toString());
    }

    /** A new, empty log file for a mount at {@code mountPoint}, which only its owner can read. */
    static Path create(Path mountPoint) throws IOException {
        String state = System.getenv("XDG_STATE_HOME");
        Path directory = (state == null || state.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(state)).resolve("qbfs");
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        String name = mountPoint.toString().replaceAll("[^A-Za-z0-9._-]+", "-").replaceFirst("^-+", "");
        Path file = directory.resolve((name.length() > 100 ? name.substring(name.length() - 100) : name) + ".log");
        Files.deleteIfExists(file);
        return Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
