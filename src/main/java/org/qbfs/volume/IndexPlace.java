// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the index of a backup lies. Its name is a hash of what anybody can read in the backup, so that it is found before
 * the passphrase is known; it says nothing about the contents.
 *
 * @param file the index
 */
record IndexPlace(Path file) {
    private static final int NAME_BYTES = 16;

    /** The place in {@code directory} for a backup whose header's MAC has these bytes; makes the directory. */
    static IndexPlace of(Path directory, byte[] headerMac, long backupSize) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(headerMac);
            digest.update(Long.toString(backupSize).getBytes(StandardCharsets.US_ASCII));
            String name = HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
            return new IndexPlace(directory.resolve(name + ".index"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    boolean exists() {
        return Files.exists(file);
    }
}
