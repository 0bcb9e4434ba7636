// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.nio.ByteBuffer;

/** Bytes in memory. The array is not copied, and must not be changed afterwards. */
public final class MemorySource implements ByteSource {
    private final String name;
    private final byte[] bytes;

    /** A source of {@code bytes}. */
    public MemorySource(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int read(long position, ByteBuffer dst) {
        int length = Clamp.length(position, dst.remaining(), bytes.length);
        if (length > 0) {
            dst.put(bytes, (int) position, length);
        }
        return length;
    }

    @Override
    public String name() {
        return name;
    }
}
