// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.qbfs.backup.Passphrase;
import org.qbfs.scrypt.ProcessSecrets;
import picocli.CommandLine.Option;

/** Where the passphrase comes from: a descriptor, a file, the environment, or the terminal, in this order. */
final class PassphraseOptions {
    static final String VARIABLE = "QBFS_PASSPHRASE";

    private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

    @Option(names = "--passphrase-fd", paramLabel = "N", description = "read the passphrase from this descriptor")
    private Integer descriptor;

    @Option(names = "--passphrase-file", paramLabel = "FILE", description = "read it from the first line of this file")
    private Path file;

    /** The passphrase, which the caller closes. From here on the process leaves no core dump. */
    Passphrase read(Path backup) throws IOException {
        Passphrase passphrase = new Passphrase(bytes(backup));
        // Not before: the kernel gives /proc/self/environ to root with it.
        ProcessSecrets.disableCoreDumps();
        if (passphrase.isEmpty()) {
            throw new UsageError("the passphrase is empty");
        }
        return passphrase;
    }

    /** The variable's own bytes: as text they would depend on the locale, and be lost in the C locale. */
    static byte[] variable(byte[] environment) {
        byte[] name = (VARIABLE + "=").getBytes(StandardCharsets.US_ASCII);
        try {
            for (int start = 0, end; start < environment.length; start = end + 1) {
                end = start;
                while (end < environment.length && environment[end] != 0) {
                    end++;
                }
                if (end - start >= name.length && Arrays.equals(environment, start, start + name.length, name, 0, name.length)) {
                    return Arrays.copyOfRange(environment, start + name.length, end);
                }
            }
            return new byte[0];
        } finally {
            Arrays.fill(environment, (byte) 0);
        }
    }

    private byte[] bytes(Path backup) throws IOException {
        if (descriptor != null) {
            try (InputStream in = descriptor == 0 ? System.in : new FileInputStream("/dev/fd/" + descriptor)) {
                return Terminal.line(in);
            } catch (FileNotFoundException e) {
                throw new UsageError("no descriptor " + descriptor + " is open");
            }
        }
        if (file != null) {
            try (InputStream in = Files.newInputStream(file)) {
                return Terminal.line(in);
            }
        }
        if (System.getenv(VARIABLE) != null) {
            return variable(Files.readAllBytes(ENVIRONMENT));
        }
        try {
            return Terminal.askSecret("Passphrase of " + backup.getFileName() + ": ");
        } catch (FileNotFoundException e) {
            throw new UsageError("no passphrase: there is no terminal to ask at; give --passphrase-file or " + VARIABLE);
        }
    }
}
