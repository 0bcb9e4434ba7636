// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The passphrase of a backup: bytes, wiped when closed. Safe for many threads until then. */
public final class Passphrase implements AutoCloseable {
    private final byte[] bytes;

    /** Takes over {@code bytes}, which are wiped by {@link #close}. */
    public Passphrase(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of the bytes, for the caller to wipe. */
    public byte[] copy() {
        return bytes.clone();
    }

    /**
     * What opens one file of version 4: {@code <prefix>!<passphrase>} (qubes-core-admin {@code
     * qubes/backup.py}), for the caller to wipe.
     */
    byte[] with(String prefix) {
        byte[] start = (prefix + "!").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(start, start.length + bytes.length);
        System.arraycopy(bytes, 0, all, start.length, bytes.length);
        return all;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
