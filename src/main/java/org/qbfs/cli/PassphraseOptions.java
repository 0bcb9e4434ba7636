// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qbfs.backup.Passphrase;
import picocli.CommandLine.Option;

/** Where the passphrase comes from: a descriptor, a file, the environment, or the terminal, in this order. */
final class PassphraseOptions {
    static final String VARIABLE = "QBFS_PASSPHRASE";

    @Option(names = "--passphrase-fd", paramLabel = "N", description = "read the passphrase from this descriptor")
    private Integer descriptor;

    @Option(names = "--passphrase-file", paramLabel = "FILE", description = "read it from the first line of this file")
    private Path file;

    /** The passphrase, which the caller closes. */
    Passphrase read(Path backup) throws IOException {
        Passphrase passphrase = new Passphrase(bytes(backup));
        if (passphrase.isEmpty()) {
            throw new UsageError("the passphrase is empty");
        }
        return passphrase;
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
        String variable = System.getenv(VARIABLE);
        if (variable != null) {
            return variable.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Terminal.askSecret("Passphrase of " + backup.getFileName() + ": ");
        } catch (FileNotFoundException e) {
            throw new UsageError("no passphrase: there is no terminal to ask at; give --passphrase-file or " + VARIABLE);
        }
    }
}
