// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.EOFException;
import java.io.IOException;
import org.qbfs.compress.codec.CompressedStream;

/** Bits of a compressed stream, the most significant of each byte first. */
final class Bzip2Bits {
    private final CompressedStream in;
    /** The next bits, at the top; below {@link #count} of them there are zeros. */
    private long bits;
    private int count;
    /** Why there are not more, if that is not the end: for the reader who needs them, not for one who looks ahead. */
    private IOException failure;

    Bzip2Bits(CompressedStream in) {
        this.in = in;
    }

    /** Offset in the source, in bits, of the next one. */
    long offset() {
        return in.offset() * 8 - count;
    }

    /** Drops the bits up to the next byte. */
    void align() {
        skip(count & 7);
    }

    /** The next {@code width} bits, 1 to 32. */
    int take(int width) throws IOException {
        if (count < width) {
            fill();
            if (count < width) {
                throw missing();
            }
        }
        int value = (int) (bits >>> 64 - width);
        skip(width);
        return value;
    }

    /** The next {@code width} bits, zeros behind the end. They stay. */
    int peek(int width) {
        if (count < width) {
            fill();
        }
        return (int) (bits >>> 64 - width);
    }

    /** Drops {@code width} bits that were looked at; they must have been there. */
    void drop(int width) throws IOException {
        if (count < width) {
            throw missing();
        }
        skip(width);
    }

    boolean atEnd() throws IOException {
        if (count == 0) {
            fill();
        }
        if (count == 0 && failure != null) {
            throw failure;
        }
        return count == 0;
    }

    private IOException missing() {
        return failure != null ? failure : new EOFException();
    }

    private void skip(int width) {
        bits <<= width;
        count -= width;
    }

    private void fill() {
        try {
            while (count <= 56 && failure == null) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                bits |= (long) next << 56 - count;
                count += 8;
            }
        } catch (IOException e) {
            failure = e;
        }
    }
}
