// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** Runs a real compression tool as a filter. */
public final class Tool {
    private Tool() {}

    /** What a tool did. */
    public record Result(int exit, byte[] out, String err) {}

    /** The standard output of {@code command} for {@code input}; it must succeed. */
    public static byte[] filter(byte[] input, String... command) throws IOException, InterruptedException {
        Result result = run(input, command);
        if (result.exit() != 0) {
            throw new IOException(String.join(" ", command) + " exits with " + result.exit() + ": " + result.err());
        }
        return result.out();
    }

    public static Result run(byte[] input, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                return e.toString();
            }
        });
        Thread writer = Thread.ofVirtual().start(() -> {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // The tool has seen enough.
            }
        });
        byte[] out = process.getInputStream().readAllBytes();
        writer.join();
        return new Result(process.waitFor(), out, err.join());
    }
}
