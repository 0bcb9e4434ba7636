// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.qbfs.compress.codec.WatchedWindow;

/**
 * Decodes the compressed blocks of one zstd frame (RFC 8878, 3.1.1.3), and keeps what one block leaves to the next: the
 * literals' code, the three sequence tables and three repeated offsets.
 */
final class ZstdBlock {
    /** RFC 8878, 3.1.1.2.3. */
    static final int MAX_SIZE = 128 << 10;
    /** How far a decoded block may write past its end. */
    static final int SLACK = 32;
    static final int MARGIN = ZstdHuffman.MARGIN;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int[] PATTERN_STEP = {0, 8, 8, 6, 8, 5, 6, 7};

    // RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2: what the codes stand for, and the default distributions.
    private static final int[] LENGTH_BASES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22,
        24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
    private static final int[] LENGTH_BITS = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
        2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    private static final int[] MATCH_BASES = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
        23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515,
        1027, 2051, 4099, 8195, 16387, 32771, 65539};
    private static final int[] MATCH_BITS = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9,
        10, 11, 12, 13, 14, 15, 16};
    private static final int[] OFFSET_BASES = new int[32];
    private static final int[] OFFSET_BITS = new int[32];
    private static final short[] LENGTH_DEFAULT = {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};
    private static final short[] MATCH_DEFAULT = {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
    private static final short[] OFFSET_DEFAULT = {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, -1, -1, -1, -1, -1};

    static {
        for (int code = 0; code < 32; code++) {
            OFFSET_BASES[code] = 1 << code;
            OFFSET_BITS[code] = code;
        }
    }

    private final ZstdHuffman huffman = new ZstdHuffman();
    private final ZstdFse lengths = new ZstdFse(9, LENGTH_BASES, LENGTH_BITS);
    private final ZstdFse offsets = new ZstdFse(8, OFFSET_BASES, OFFSET_BITS);
    private final ZstdFse matches = new ZstdFse(9, MATCH_BASES, MATCH_BITS);
    private long repeat1 = 1;
    private long repeat2 = 4;
    private long repeat3 = 8;

    private final byte[] literalBuffer = new byte[MAX_SIZE + SLACK];
    /** Where the literals of the block are: the buffer, or the block itself. */
    private byte[] literals;
    private int literalsAt;
    private int literalsEnd;

    /** The window of a checkpoint in the making, and the index in the output where it ends. */
    private WatchedWindow watched;
    private int watchedEnd;

    /** Why a block could not be decoded. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * Decodes the block {@code bytes[from, end)}; before and behind it the array has {@link #MARGIN} bytes.
     *
     * @param out gets the bytes from {@code outAt} on, and has {@link #SLACK} bytes behind {@code outLimit}
     * @param first index in {@code out} of the first byte that a match may use
     * @return the index in {@code out} behind the last byte
     */
    int decode(byte[] bytes, int from, int end, byte[] out, int first, int outAt, int outLimit) throws Damaged {
        int at = literals(bytes, from, end, outLimit - outAt);
        if (at >= end) {
            throw new Damaged("a block ends before its sequences");
        }
        int count = bytes[at++] & 0xff;
        if (count >= 128) {
            int more = count == 255 ? 2 : 1;
            if (at + more > end) {
                throw new Damaged("a block ends in its number of sequences");
            }
            count = count == 255
                    ? (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8) + 0x7f00
                    : (count - 128 << 8) + (bytes[at] & 0xff);
            at += more;
        }
        int to = outAt;
        if (count > 0) {
            at = tables(bytes, at, end);
            to = sequences(bytes, at, end, count, out, first, outAt, outLimit);
        } else if (at != end) {
            throw new Damaged("a block has bytes behind its end");
        }
        int rest = literalsEnd - literalsAt;
        if (rest > outLimit - to) {
            throw new Damaged("a block is larger than it may be");
        }
        System.arraycopy(literals, literalsAt, out, to, rest);
        return to + rest;
    }

    /** Tells {@code window}, which ends at {@code end} of the output, of the matches that use it; null tells nobody. */
    void watch(WatchedWindow window, int end) {
        watched = window;
        watchedEnd = end;
    }

    /** What {@link #restore} needs. */
    void save(ByteArrayOutputStream to) {
        for (long offset : new long[] {repeat1, repeat2, repeat3}) {
            for (int i = 0; i < 4; i++) {
                to.write((int) (offset >>> 8 * i));
            }
        }
        huffman.save(to);
        lengths.save(to);
        offsets.save(to);
        matches.save(to);
    }

    /** Takes over what {@link #save} wrote from {@code at} on; false if it is wrong. */
    boolean restore(byte[] from, int at) {
        if (at + 12 > from.length) {
            return false;
        }
        repeat1 = int32(from, at);
        repeat2 = int32(from, at + 4);
        repeat3 = int32(from, at + 8);
        int next = huffman.restore(from, at + 12);
        next = next < 0 ? next : lengths.restore(from, next);
        next = next < 0 ? next : offsets.restore(from, next);
        next = next < 0 ? next : matches.restore(from, next);
        return next == from.length && repeat1 > 0 && repeat2 > 0 && repeat3 > 0;
    }

    private static long int32(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xffL) << 24;
    }

    /** 3.1.1.3.1. Gives the index behind the literals section. */
    private int literals(byte[] bytes, int from, int end, int room) throws Damaged {
        if (from >= end) {
            throw new Damaged("a block is empty");
        }
        int head = bytes[from] & 0xff;
        int type = head & 3;
        int format = head >>> 2 & 3;
        int headLength = type < 2 ? (format & 1) == 0 ? 1 : format == 1 ? 2 : 3 : format < 2 ? 3 : format + 2;
        if (from + headLength > end) {
            throw new Damaged("a block ends in the header of its literals");
        }
        long bits = 0;
        for (int i = 0; i < headLength; i++) {
            bits |= (bytes[from + i] & 0xffL) << 8 * i;
        }
        int at = from + headLength;
        int size;
        if (type < 2) {
            size = (int) (bits >>> ((format & 1) == 0 ? 3 : 4));
        } else {
            int width = format < 2 ? 10 : format == 2 ? 14 : 18;
            size = (int) (bits >>> 4) & (1 << width) - 1;
        }
        if (size > room || size > MAX_SIZE) {
            throw new Damaged("a block has more literals than it may have");
        }
        literals = literalBuffer;
        literalsAt = 0;
        literalsEnd = size;
        switch (type) {
            case 0 -> {
                if (size > end - at) {
                    throw new Damaged("a block ends in its literals");
                }
                literals = bytes;
                literalsAt = at;
                literalsEnd = at + size;
                at += size;
            }
            case 1 -> {
                if (at >= end) {
                    throw new Damaged("a block ends in its literals");
                }
                Arrays.fill(literalBuffer, 0, size, bytes[at++]);
            }
            default -> {
                int width = format < 2 ? 10 : format == 2 ? 14 : 18;
                int compressed = (int) (bits >>> 4 + width) & (1 << width) - 1;
                if (compressed > end - at) {
                    throw new Damaged("a block ends in its literals");
                }
                huffmanLiterals(bytes, at, at + compressed, size, type == 2, format == 0);
                at += compressed;
            }
        }
        return at;
    }

    private void huffmanLiterals(byte[] bytes, int from, int end, int size, boolean newTree, boolean oneStream)
            throws Damaged {
        int at = from;
        if (newTree) {
            int used = huffman.read(bytes, at, end);
            if (used < 0) {
                throw new Damaged("the code of a block's literals is wrong");
            }
            at += used;
        } else if (!huffman.isThere()) {
            throw new Damaged("a block uses a code of literals that is not there");
        }
        boolean right = oneStream
                ? huffman.decodeOne(bytes, at, end, literalBuffer, 0, size)
                : huffman.decodeFour(bytes, at, end, literalBuffer, size);
        if (!right) {
            throw new Damaged("the literals of a block are wrong");
        }
    }

    /** 3.1.1.3.2.1. Gives the index behind the tables. */
    private int tables(byte[] bytes, int from, int end) throws Damaged {
        if (from >= end || (bytes[from] & 3) != 0) {
            throw new Damaged("the header of a block's sequences is wrong");
        }
        int modes = bytes[from] & 0xff;
        int at = table(lengths, modes >>> 6, LENGTH_DEFAULT, 6, bytes, from + 1, end);
        at = table(offsets, modes >>> 4 & 3, OFFSET_DEFAULT, 5, bytes, at, end);
        return table(matches, modes >>> 2 & 3, MATCH_DEFAULT, 6, bytes, at, end);
    }

    private static int table(ZstdFse table, int mode, short[] distribution, int log, byte[] bytes, int at, int end)
            throws Damaged {
        switch (mode) {
            case 0 -> table.use(log, distribution);
            case 1 -> {
                if (at >= end || !table.single(bytes[at] & 0xff)) {
                    throw new Damaged("a sequence table of a block is wrong");
                }
                return at + 1;
            }
            case 2 -> {
                int used = table.read(bytes, at, end);
                if (used < 0) {
                    throw new Damaged("a sequence table of a block is wrong");
                }
                return at + used;
            }
            default -> {
                if (table.log < 0) {
                    throw new Damaged("a block uses a sequence table that is not there");
                }
            }
        }
        return at;
    }

    /** 3.1.1.3.2.1.2 and 3.1.1.4: decodes the sequences and does what they say. */
    private int sequences(byte[] bytes, int from, int end, int count, byte[] out, int first, int outAt, int outLimit)
            throws Damaged {
        final long[] lengthEntries = lengths.entries;
        final long[] offsetEntries = offsets.entries;
        final long[] matchEntries = matches.entries;
        final byte[] literal = literals;
        final int checked = watched == null ? Integer.MIN_VALUE : watchedEnd;
        int bit = ZstdHuffman.firstBit(bytes, from, end);
        if (bit < 0) {
            throw new Damaged("the sequences of a block are empty");
        }
        bit -= lengths.log;
        int lengthState = ZstdHuffman.bits(bytes, from, Math.max(bit, -64), lengths.log);
        bit -= offsets.log;
        int offsetState = ZstdHuffman.bits(bytes, from, Math.max(bit, -64), offsets.log);
        bit -= matches.log;
        int matchState = ZstdHuffman.bits(bytes, from, Math.max(bit, -64), matches.log);
        long offset1 = repeat1;
        long offset2 = repeat2;
        long offset3 = repeat3;
        int at = outAt;
        int literalAt = literalsAt;
        for (int i = count;; i--) {
            if (bit < 0) {
                throw new Damaged("the sequences of a block end too soon");
            }
            long lengthEntry = lengthEntries[lengthState];
            long offsetEntry = offsetEntries[offsetState];
            long matchEntry = matchEntries[matchState];
            int offsetBits = (int) (offsetEntry >>> 56);
            int matchBits = (int) (matchEntry >>> 56);
            int lengthBits = (int) (lengthEntry >>> 56);
            bit -= offsetBits;
            long value = (offsetEntry & 0xffff_ffffL) + ((long) LONG.get(bytes, from + (bit >> 3)) >>> (bit & 7)
                    & (1L << offsetBits) - 1);
            bit -= matchBits + lengthBits;
            // At most 32 bits: the extra bits of the match's length, and before them those of the literals' length.
            long extra = (long) LONG.get(bytes, from + (bit >> 3)) >>> (bit & 7);
            int literalLength = (int) lengthEntry + ((int) extra & (1 << lengthBits) - 1);
            int matchLength = (int) matchEntry + ((int) (extra >>> lengthBits) & (1 << matchBits) - 1);
            long distance;
            if (value > 3) {
                distance = value - 3;
                offset3 = offset2;
                offset2 = offset1;
                offset1 = distance;
            } else {
                int which = (int) value - (literalLength == 0 ? 0 : 1);
                if (which == 0) {
                    distance = offset1;
                } else {
                    distance = which == 1 ? offset2 : which == 2 ? offset3 : offset1 - 1;
                    if (which > 1) {
                        offset3 = offset2;
                    }
                    offset2 = offset1;
                    offset1 = distance;
                }
            }
            if (i > 1) {
                int lengthWidth = (int) (lengthEntry >>> 48) & 0xff;
                int matchWidth = (int) (matchEntry >>> 48) & 0xff;
                int offsetWidth = (int) (offsetEntry >>> 48) & 0xff;
                bit -= lengthWidth + matchWidth + offsetWidth;
                long states = (long) LONG.get(bytes, from + (bit >> 3)) >>> (bit & 7);
                offsetState = ((int) (offsetEntry >>> 32) & 0xffff) + ((int) states & (1 << offsetWidth) - 1);
                states >>>= offsetWidth;
                matchState = ((int) (matchEntry >>> 32) & 0xffff) + ((int) states & (1 << matchWidth) - 1);
                states >>>= matchWidth;
                lengthState = ((int) (lengthEntry >>> 32) & 0xffff) + ((int) states & (1 << lengthWidth) - 1);
            }
            if (literalLength > literalsEnd - literalAt || literalLength + matchLength > outLimit - at) {
                throw new Damaged("a sequence has more bytes than the block");
            }
            if (distance > at + literalLength - first || distance <= 0) {
                throw new Damaged("a match reaches back before the window");
            }
            if (literalLength > 0) {
                copyLiterals(literal, literalAt, out, at, literalLength);
                literalAt += literalLength;
                at += literalLength;
            }
            int source = at - (int) distance;
            if (source < checked) {
                watched.used(source - checked, Math.min(source + matchLength, checked) - checked);
            }
            copyMatch(out, source, at, matchLength, (int) distance);
            at += matchLength;
            if (i == 1) {
                break;
            }
        }
        if (bit != 0) {
            throw new Damaged("the sequences of a block do not end with their bits");
        }
        repeat1 = offset1;
        repeat2 = offset2;
        repeat3 = offset3;
        literalsAt = literalAt;
        return at;
    }

    private static void copyLiterals(byte[] literal, int from, byte[] out, int at, int length) {
        // Both arrays have 16 bytes more than is used.
        LONG.set(out, at, (long) LONG.get(literal, from));
        LONG.set(out, at + 8, (long) LONG.get(literal, from + 8));
        if (length > 16) {
            System.arraycopy(literal, from + 16, out, at + 16, length - 16);
        }
    }

    private static void copyMatch(byte[] out, int source, int start, int length, int distance) {
        int at = start;
        int from = source;
        int end = start + length;
        if (distance >= 8) {
            if (length > 64 && distance >= length) {
                System.arraycopy(out, from, out, at, length);
                return;
            }
            do {
                LONG.set(out, at, (long) LONG.get(out, from));
                LONG.set(out, at + 8, (long) LONG.get(out, from + 8));
                at += 16;
                from += 16;
            } while (at < end);
        } else {
            long pattern = (long) LONG.get(out, from) & (1L << 8 * distance) - 1;
            pattern |= pattern << 8 * distance;
            if (distance <= 3) {
                pattern |= pattern << 16 * distance;
                if (distance == 1) {
                    pattern |= pattern << 32;
                }
            }
            for (int step = PATTERN_STEP[distance]; at < end; at += step) {
                LONG.set(out, at, pattern);
            }
        }
    }
}
