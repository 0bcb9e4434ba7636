// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/** Decimal numbers, one a line, read from a part of an archive. For one thread. */
final class DecimalLines {
    private final ByteSource archive;
    private final long end;
    private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10).limit(0);
    /** Offset in the archive of the end of {@link #buffer}. */
    private long bufferEnd;

    DecimalLines(ByteSource archive, long start, long end) {
        this.archive = archive;
        this.end = end;
        this.bufferEnd = start;
    }

    /** Offset in the archive behind the last line that was read. */
    long position() {
        return bufferEnd - buffer.remaining();
    }

    long next() throws IOException {
        long value = 0;
        for (int digits = 0; ; digits++) {
            int c = nextByte();
            if (c == '\n' && digits > 0) {
                return value;
            }
            if (c < '0' || c > '9' || digits == 18) {
                throw new CorruptData("the sparse map is not made of decimal numbers", place());
            }
            value = value * 10 + c - '0';
        }
    }

    private int nextByte() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - bufferEnd));
            int got = buffer.hasRemaining() ? archive.read(bufferEnd, buffer) : 0;
            buffer.flip();
            if (got == 0) {
                throw new TruncatedData("the sparse map ends in the middle", place());
            }
            bufferEnd += got;
        }
        return buffer.get();
    }

    private Place place() {
        return Place.of(archive.name(), position(), position() + 1);
    }
}
