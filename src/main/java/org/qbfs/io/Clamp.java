// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The one place where a read is cut to what a source holds. */
public final class Clamp {
    private Clamp() {}

    /**
     * How many of {@code wanted} bytes from {@code position} on lie before {@code size}: 0 at or past it.
     *
     * @throws IllegalArgumentException if {@code position} is negative
     */
    public static int length(long position, int wanted, long size) {
        if (position < 0) {
            throw new IllegalArgumentException("negative position " + position);
        }
        return position >= size ? 0 : (int) Math.min(wanted, size - position);
    }

    /**
     * Runs {@code read} with the limit of {@code dst} set to {@code length} bytes from its position, and sets it
     * back.
     */
    public static int limited(ByteBuffer dst, int length, Read read) throws IOException {
        int limit = dst.limit();
        dst.limit(dst.position() + length);
        try {
            return read.into(dst);
        } finally {
            dst.limit(limit);
        }
    }

    /** A read into a buffer whose limit is set. */
    public interface Read {
        /** Reads into {@code dst}; gives the number of bytes. */
        int into(ByteBuffer dst) throws IOException;
    }
}
