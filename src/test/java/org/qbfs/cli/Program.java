// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qbfs.extract.SampleBackup;

/**
 * The program as a process of its own.
 *
 * @param directory where it keeps its index, and where its errors go
 */
record Program(Path directory) {
    /** How it ended, and what it wrote. */
    record Result(int code, String out, String errors) {}

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    ProcessBuilder builder(List<String> command, String passphrase) {
        // Whoever started the tests may have these signals ignored, which is handed on.
        List<String> started = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,TERM"));
        started.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(started);
        builder.environment().put("QBFS_PASSPHRASE", passphrase);
        builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        builder.redirectError(directory.resolve("errors").toFile());
        return builder;
    }

    Result run(List<String> command, String passphrase) throws IOException, InterruptedException {
        Process process = builder(command, passphrase).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(directory.resolve("errors")));
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        return run(command(arguments), SampleBackup.PASSPHRASE);
    }
}
