// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.IOException;

/** Decodes one block of bzip2: prefix codes, move to front, runs, and the sorting undone. Used again for the next. */
final class Bzip2Block {
    /** The bytes of a block, before the first run length coding, for each level. */
    static final int LEVEL = 100_000;
    /** What decoding takes in memory, for each level. */
    static final long BYTES_OF_LEVEL = 5 * LEVEL;
    private static final int MAX_CODE_LENGTH = 20;
    private static final int GROUP = 50;
    private static final int MAX_SELECTORS = 18_002;
    private static final int FAST_BITS = 10;
    /** CRC-32 with the most significant bit first. */
    private static final int[] CRC = crcTable();

    /** While the sorting is undone: 8-31 index of the next one, 0-7 byte. */
    private int[] next = new int[0];
    /** The bytes before the first run length coding; {@link #at} is the next one to give. */
    private byte[] bytes = new byte[0];
    private int length;
    private int at;
    private int crc;
    /** Of equal bytes so far; a fourth is followed by a count (first run length coding). */
    private int equal;
    private int lastByte;
    private int repeats;

    private final byte[] selectors = new byte[MAX_SELECTORS];
    private final Code[] codes = new Code[6];

    /** Why a block could not be decoded. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String what) {
            super(what, null, false, false);
        }
    }

    /** Reads a block of at most {@code limit} bytes before the first run length coding, behind its checksum. */
    void read(Bzip2Bits bits, int limit) throws IOException, Damaged {
        if (next.length < limit) {
            next = new int[limit];
            bytes = new byte[limit];
        }
        if (bits.take(1) != 0) {
            throw new Damaged("a block is randomised, as only bzip2 before 0.9.5 wrote it");
        }
        int first = bits.take(24);
        byte[] symbols = symbols(bits);
        int symbolCount = symbols.length + 2;
        int groups = bits.take(3);
        int selectorCount = bits.take(15);
        if (groups < 2 || groups > 6 || selectorCount == 0) {
            throw new Damaged("a block has an impossible number of codes");
        }
        readSelectors(bits, groups, selectorCount);
        for (int i = 0; i < groups; i++) {
            codes[i] = Code.read(bits, symbolCount);
        }
        int[] counts = new int[256];
        length = moveToFront(bits, symbols, Math.min(selectorCount, MAX_SELECTORS), limit, counts);
        undoSorting(first, counts);
    }

    /** Up to {@code most} bytes; 0 at the end of the block. */
    int read(byte[] dst, int offset, int most) {
        int to = offset;
        final int end = offset + most;
        int sum = crc;
        while (to < end) {
            if (repeats > 0) {
                int count = Math.min(repeats, end - to);
                for (int i = 0; i < count; i++) {
                    dst[to++] = (byte) lastByte;
                    sum = sum << 8 ^ CRC[sum >>> 24 ^ lastByte];
                }
                repeats -= count;
                continue;
            }
            if (at == length) {
                break;
            }
            int value = bytes[at++] & 0xff;
            if (equal == 4) {
                repeats = value;
                equal = 0;
                continue;
            }
            equal = value == lastByte ? equal + 1 : 1;
            lastByte = value;
            dst[to++] = (byte) value;
            sum = sum << 8 ^ CRC[sum >>> 24 ^ value];
        }
        crc = sum;
        return to - offset;
    }

    /** The checksum of the bytes given. */
    int sum() {
        return ~crc;
    }

    private static byte[] symbols(Bzip2Bits bits) throws IOException, Damaged {
        int groups = bits.take(16);
        byte[] symbols = new byte[256];
        int count = 0;
        for (int group = 0; group < 16; group++) {
            if ((groups >>> 15 - group & 1) != 0) {
                int used = bits.take(16);
                for (int i = 0; i < 16; i++) {
                    if ((used >>> 15 - i & 1) != 0) {
                        symbols[count++] = (byte) (group * 16 + i);
                    }
                }
            }
        }
        if (count == 0) {
            throw new Damaged("a block has no symbols");
        }
        return java.util.Arrays.copyOf(symbols, count);
    }

    private void readSelectors(Bzip2Bits bits, int groups, int count) throws IOException, Damaged {
        byte[] front = {0, 1, 2, 3, 4, 5};
        for (int i = 0; i < count; i++) {
            int index = 0;
            while (bits.take(1) != 0) {
                index++;
                if (index >= groups) {
                    throw new Damaged("a block chooses a code that does not exist");
                }
            }
            byte chosen = front[index];
            System.arraycopy(front, 0, front, 1, index);
            front[0] = chosen;
            // Some writers give more than there can be use for.
            if (i < MAX_SELECTORS) {
                selectors[i] = chosen;
            }
        }
    }

    /** Decodes the symbols into the low bytes of {@link #next}; gives their number. */
    private int moveToFront(Bzip2Bits bits, byte[] symbols, int selectorCount, int limit, int[] counts)
            throws IOException, Damaged {
        final int end = symbols.length + 1;
        int count = 0;
        int run = 0;
        int runBit = 0;
        int group = 0;
        int leftInGroup = 0;
        Code code = null;
        for (;;) {
            if (leftInGroup == 0) {
                if (group == selectorCount) {
                    throw new Damaged("a block has no end");
                }
                code = codes[selectors[group++]];
                leftInGroup = GROUP;
            }
            leftInGroup--;
            int symbol = code.next(bits);
            if (symbol <= 1) {
                // Numbers of two digits, 1 and 2, the lowest first.
                if (runBit > 20) {
                    throw new Damaged("a block is larger than it may be");
                }
                run += symbol + 1 << runBit++;
                continue;
            }
            if (runBit > 0) {
                if (run > limit - count) {
                    throw new Damaged("a block is larger than it may be");
                }
                int value = symbols[0] & 0xff;
                java.util.Arrays.fill(next, count, count + run, value);
                counts[value] += run;
                count += run;
                run = 0;
                runBit = 0;
            }
            if (symbol == end) {
                return count;
            }
            if (count == limit) {
                throw new Damaged("a block is larger than it may be");
            }
            int index = symbol - 1;
            byte value = symbols[index];
            System.arraycopy(symbols, 0, symbols, 1, index);
            symbols[0] = value;
            next[count++] = value & 0xff;
            counts[value & 0xff]++;
        }
    }

    private void undoSorting(int first, int[] counts) throws Damaged {
        if (first >= length) {
            throw new Damaged("a block begins behind its end");
        }
        int sum = 0;
        for (int i = 0; i < 256; i++) {
            int count = counts[i];
            counts[i] = sum;
            sum += count;
        }
        final int[] links = next;
        for (int i = 0; i < length; i++) {
            links[counts[links[i] & 0xff]++] |= i << 8;
        }
        int index = links[first] >>> 8;
        for (int i = 0; i < length; i++) {
            int link = links[index];
            bytes[i] = (byte) link;
            index = link >>> 8;
        }
        at = 0;
        crc = -1;
        equal = 0;
        lastByte = -1;
        repeats = 0;
    }

    private static int[] crcTable() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int value = i << 24;
            for (int bit = 0; bit < 8; bit++) {
                value = value << 1 ^ (value < 0 ? 0x04c11db7 : 0);
            }
            table[i] = value;
        }
        return table;
    }

    /** A prefix code. */
    private static final class Code {
        /** By the next {@link #FAST_BITS} bits: symbol and, in the low 5 bits, length; 0 if it is longer. */
        private final short[] fast = new short[1 << FAST_BITS];
        /** By length: the code after the last one, shifted to the greatest length. */
        private final int[] limits = new int[MAX_CODE_LENGTH + 2];
        /** By length: the index in {@link #sorted} of code 0. */
        private final int[] bases = new int[MAX_CODE_LENGTH + 2];
        private final short[] sorted;

        private Code(int count) {
            sorted = new short[count];
        }

        static Code read(Bzip2Bits bits, int count) throws IOException, Damaged {
            byte[] lengths = new byte[count];
            int length = bits.take(5);
            for (int symbol = 0; symbol < count; symbol++) {
                for (;;) {
                    if (length < 1 || length > MAX_CODE_LENGTH) {
                        throw new Damaged("a code of a block has an impossible length");
                    }
                    if (bits.take(1) == 0) {
                        break;
                    }
                    length += bits.take(1) == 0 ? 1 : -1;
                }
                lengths[symbol] = (byte) length;
            }
            return new Code(count).build(lengths);
        }

        private Code build(byte[] lengths) throws Damaged {
            int index = 0;
            int code = 0;
            for (int length = 1; length <= MAX_CODE_LENGTH; length++) {
                bases[length] = index - code;
                for (int symbol = 0; symbol < lengths.length; symbol++) {
                    if (lengths[symbol] == length) {
                        if (code >= 1 << length) {
                            throw new Damaged("the codes of a block do not fit together");
                        }
                        sorted[index++] = (short) symbol;
                        if (length <= FAST_BITS) {
                            int start = code << FAST_BITS - length;
                            java.util.Arrays.fill(fast, start, start + (1 << FAST_BITS - length),
                                    (short) (symbol << 5 | length));
                        }
                        code++;
                    }
                }
                limits[length] = code << MAX_CODE_LENGTH - length;
                code <<= 1;
            }
            return this;
        }

        int next(Bzip2Bits bits) throws IOException, Damaged {
            int peeked = bits.peek(MAX_CODE_LENGTH);
            int entry = fast[peeked >>> MAX_CODE_LENGTH - FAST_BITS];
            if (entry != 0) {
                bits.drop(entry & 31);
                return entry >>> 5;
            }
            for (int length = FAST_BITS + 1; length <= MAX_CODE_LENGTH; length++) {
                if (peeked < limits[length]) {
                    bits.drop(length);
                    return sorted[bases[length] + (peeked >>> MAX_CODE_LENGTH - length)];
                }
            }
            throw new Damaged("a bit pattern of a block is no symbol");
        }
    }
}
