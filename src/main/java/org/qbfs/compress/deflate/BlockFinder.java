// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/**
 * Finds the places in a deflate stream (RFC 1951, 3.2.3) where a block that is not the last one can begin, bit by bit.
 * Only headers that say much about themselves count: those of dynamic blocks, whose three codes must be complete (one of
 * some billion places in random bits is taken for one), and of stored blocks, whose length stands there twice (one of
 * half a million bytes). A block of fixed codes begins with three bits, which may be anywhere.
 *
 * <p>A stored block has up to seven bits of padding behind its type; it is told by the last three bits before its length,
 * as if it had none. Decoding from there is the same.
 */
final class BlockFinder {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** 3 + 14 + 19 × 3 + 316 × 14 bits, in bytes. */
    private static final int LONGEST_HEADER = 563;
    private static final int STORED_BIT = 5;
    private static final int DYNAMIC = 2 << 1;
    /** Behind type, and counts of codes. */
    private static final int PRECODE_BIT = 17;
    /** What the codes for code lengths fill when they are complete, in units of the longest one. */
    private static final int COMPLETE = 1 << 7;

    private final CompressedInput input;
    private final Inflate probe;
    private final long limit;
    /** Of the input's next byte, the bit to look at next. */
    private int bit;

    /** Looks from byte {@code from} on, at bits before {@code limit}. */
    BlockFinder(ByteSource compressed, long from, long limit) {
        this.input = new CompressedInput(compressed, from);
        this.probe = new Inflate(input, new byte[0]);
        this.limit = limit;
    }

    /** The header of a stored block that begins at {@code bit}, as this class tells of it. */
    static long storedHeader(long bit) {
        return (bit + 3 + 7 & -8) - 3;
    }

    /** Offset in the compressed source, in bits, of the next such place; -1 if there is none before the limit. */
    long next() throws IOException {
        for (;; bit = 0, input.position++) {
            while (input.end - input.position < LONGEST_HEADER && input.more()) { }
            long here = input.offset() * Byte.SIZE;
            if (input.position >= input.end || here >= limit) {
                return -1;
            }
            long word = (long) LONG.get(input.bytes, input.position);
            while (bit < Byte.SIZE) {
                int at = bit++;
                if (canBegin(word >>> at, at) && here + at < limit && isHeader(at)) {
                    return here + at;
                }
            }
        }
    }

    /** A quick look at {@code word}, the bits from bit {@code at} of the next byte on. */
    private boolean canBegin(long word, int at) {
        int type = (int) word & 7;
        if (type == DYNAMIC) {
            return (word >>> 3 & 31) <= DeflateTables.MAX_LITERALS - 257 && (word >>> 8 & 31) < DeflateTables.MAX_DISTANCES
                    && isPrecode(at + PRECODE_BIT, (int) (word >>> 13 & 15) + 4);
        }
        return type == 0 && at == STORED_BIT && ((word >>> 3 ^ word >>> 19) & 0xffff) == 0xffff;
    }

    /** Whether {@code count} lengths of three bits make a complete code. */
    private boolean isPrecode(int at, int count) {
        long lengths = (long) LONG.get(input.bytes, input.position + at / Byte.SIZE) >>> at % Byte.SIZE;
        int filled = 0;
        for (int i = 0; i < count; i++, lengths >>>= 3) {
            // A length of zero fills nothing.
            filled += COMPLETE >>> (int) (lengths & 7) & COMPLETE - 1;
        }
        return filled == COMPLETE;
    }

    private boolean isHeader(int at) throws IOException {
        int position = input.position;
        try {
            // All of a header is here, or all there is: nothing is moved.
            probe.tryHeader(at);
            return true;
        } catch (CorruptData | TruncatedData e) {
            return false;
        } finally {
            input.position = position;
        }
    }
}
