// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qbfs.backup.Passphrase;

/**
 * The process in the background that serves a mount. It gets the passphrase through a pipe, and says when
 * the mount is usable; until then its errors go to the terminal, afterwards to its log.
 */
final class Daemon {
    private static final String READY = "ready";

    private Daemon() {}

    /**
     * Starts this program again with {@code arguments}, in the background.
     *
     * @return 0 once its mount is usable, else the exit code with which it ended
     */
    static int start(List<String> arguments, Passphrase passphrase) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(arguments));
        builder.environment().remove(PassphraseOptions.VARIABLE);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        byte[] secret = passphrase.copy();
        try (OutputStream out = process.getOutputStream()) {
            out.write(secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
        try (BufferedReader said = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return READY.equals(said.readLine()) ? ExitCode.OK.number() : process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The Java machine and its options as this process was started, and {@code arguments}. */
    private static List<String> command(List<String> arguments) throws IOException {
        String[] own = Files.readString(Path.of("/proc/self/cmdline")).split("\0");
        List<String> command = new ArrayList<>();
        for (String word : own) {
            command.add(word);
            boolean program = word.equals(Main.class.getName()) || command.size() > 1
                    && own[command.size() - 2].equals("-jar");
            if (program) {
                command.addAll(arguments);
                return command;
            }
        }
        throw new IOException("cannot tell how this program was started");
    }

    /** In the daemon: away from the terminal, and with files of its own. */
    static void detach() {
        Posix.newSession();
        Posix.privateFiles();
    }

    /** In the daemon: tells who started it, and leaves the streams that it got from there. */
    static void ready(Path log) {
        System.out.println(READY);
        System.out.flush();
        Posix.leaveStandardStreams(log.toString());
    }
}
