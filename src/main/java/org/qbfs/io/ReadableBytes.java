// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.QbfsException;

/**
 * Finds where damage of a source begins and ends, by trying. Layers above the damaged one shift and widen its range
 * (a compressor's block, a cipher's chain), so only a read tells what is lost. Errors that are not the data's own end
 * the search.
 */
public final class ReadableBytes {
    /** Damage of compressed streams ends at the block of some format; the smallest of them that is usual. */
    static final int STEP = 64 << 10;

    private ReadableBytes() {}

    /**
     * The first byte in {@code [start, end)} that cannot be read together with those before it; {@code end} if there
     * is none. Costs some twenty reads of at most that range.
     */
    public static long firstLost(ByteSource source, long start, long end) throws IOException {
        if (!isReadable(source, start, Math.min(start + 1, end))) {
            return start;
        }
        if (isReadable(source, start, end)) {
            return end;
        }
        long readable = start;
        long lost = end;
        while (lost - readable > 1) {
            long middle = readable + (lost - readable) / 2;
            if (isReadable(source, readable, middle)) {
                readable = middle;
            } else {
                lost = middle;
            }
        }
        return readable;
    }

    /**
     * The first byte behind {@code lost} that can be read, or {@code end}. Looks at every 64 KiB, and between the last
     * two of them for the very byte.
     */
    public static long firstReadable(ByteSource source, long lost, long end) throws IOException {
        long before = lost;
        long at = lost;
        while (at < end) {
            at = Math.min(end, at - at % STEP + STEP);
            // The last byte counts too: damage may end right before the end.
            if (isReadable(source, Math.min(at, end - 1), Math.min(at, end - 1) + 1)) {
                at = Math.min(at, end - 1);
                break;
            }
            before = Math.min(at, end - 1);
        }
        if (at == end) {
            return end;
        }
        while (at - before > 1) {
            long middle = before + (at - before) / 2;
            if (isReadable(source, middle, middle + 1)) {
                at = middle;
            } else {
                before = middle;
            }
        }
        return at;
    }

    private static boolean isReadable(ByteSource source, long start, long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(end - start, 1 << 20));
        try {
            for (long at = start; at < end; at += bytes.position()) {
                bytes.clear().limit((int) Math.min(bytes.capacity(), end - at));
                if (source.read(at, bytes) == 0) {
                    return false;
                }
            }
            return true;
        } catch (QbfsException e) {
            return false;
        }
    }
}
