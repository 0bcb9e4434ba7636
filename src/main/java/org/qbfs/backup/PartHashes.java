// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * Hashes of the parts of one chunk, taken in the pass that authenticated it: a later read of a part is
 * compared with what was authenticated, without reading the whole chunk again. SHA-256, cut to 16 bytes:
 * a file that changes under the mount would have to be a second preimage. Immutable once filled.
 */
final class PartHashes {
    /** Bytes in a part. The smallest read of the backup file is one part. */
    static final int PART = 128 << 10;

    private static final int LENGTH = 16;
    /** Fed in small pieces, so that the JDK's fast form is compiled early in a process that lives seconds. */
    private static final int PIECE = 8 << 10;

    private final byte[] hashes;

    /** Room for a chunk of {@code size} bytes. */
    PartHashes(long size) {
        this(new byte[Math.toIntExact((size + PART - 1) / PART * LENGTH)]);
    }

    private PartHashes(byte[] hashes) {
        this.hashes = hashes;
    }

    /** Hashes of a chunk of {@code size} bytes from an earlier pass; nothing if there are not as many as parts. */
    static Optional<PartHashes> of(byte[] hashes, long size) {
        return hashes.length == (size + PART - 1) / PART * LENGTH
                ? Optional.of(new PartHashes(hashes))
                : Optional.empty();
    }

    /** The hashes, one behind the other; not to be changed. */
    byte[] bytes() {
        return hashes;
    }

    void set(int part, byte[] bytes, int length) {
        System.arraycopy(hash(bytes, length), 0, hashes, part * LENGTH, LENGTH);
    }

    boolean matches(int part, byte[] bytes, int length) {
        byte[] hash = hash(bytes, length);
        int different = 0;
        for (int i = 0; i < LENGTH; i++) {
            different |= hash[i] ^ hashes[part * LENGTH + i];
        }
        return different == 0;
    }

    private static byte[] hash(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int at = 0; at < length; at += PIECE) {
                digest.update(bytes, at, Math.min(PIECE, length - at));
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
