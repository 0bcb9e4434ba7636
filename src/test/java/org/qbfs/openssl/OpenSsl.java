// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real openssl. */
final class OpenSsl {
    /** Since version 3, old ciphers and digests are in a provider of their own. */
    private static final List<String> PROVIDERS = List.of("-provider", "legacy", "-provider", "default");

    private final Path dir;
    private final boolean hasProviders;

    OpenSsl(Path dir) throws Exception {
        this.dir = dir;
        hasProviders = !new String(runWith(new byte[0], List.of("openssl", "version"))).startsWith("OpenSSL 1");
    }

    /** The standard output of {@code openssl <arguments>}. */
    byte[] run(byte[] input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", arguments[0]));
        if (hasProviders) {
            command.addAll(PROVIDERS);
        }
        command.addAll(Arrays.asList(arguments).subList(1, arguments.length));
        return runWith(input, command);
    }

    /** The words that begin with a minus in what it prints. */
    List<String> list(String... arguments) throws Exception {
        Matcher words = Pattern.compile("(?m)(?<=^|\\s)-([a-z0-9-]+)").matcher(new String(run(new byte[0], arguments)));
        TreeSet<String> names = new TreeSet<>();
        while (words.find()) {
            names.add(words.group(1));
        }
        return List.copyOf(names);
    }

    private byte[] runWith(byte[] input, List<String> command) throws IOException, InterruptedException {
        Path in = Files.write(dir.resolve("stdin"), input);
        Path out = dir.resolve("stdout");
        Path err = dir.resolve("stderr");
        int status = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException(command + " ended with " + status + ": " + Files.readString(err));
        }
        return Files.readAllBytes(out);
    }
}
