// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

/**
 * Decode tables of deflate's prefix codes (RFC 1951, 3.2): a main table that is indexed by the next bits of the
 * stream, and subtables behind it for longer codes. One entry says all about a symbol, so that decoding
 * is one load. Short pairs of literals share an entry.
 *
 * <pre>
 * literal    31: 1   26-29: bits of the first of two   24-25: how many   16-23: second   8-15: first   0-5: bits
 * length     31: 0   30: 0   16-24: base length   8-12: bits of the code   0-5: bits with the extra ones
 * end        30, 29: 1   0-5: bits
 * subtable   30, 28: 1   12-26: its index   8-11: its bits   0-5: bits of the main table
 * invalid    30, 27: 1
 * distance   31: 0   16-30: base distance   8-12: bits of the code   0-5: bits with the extra ones
 *            31: 1 subtable, as above without 30; 31 and 27: 1 invalid
 * </pre>
 */
final class DeflateTables {
    static final int LITERAL_BITS = 11;
    static final int DISTANCE_BITS = 9;
    static final int LITERAL_MASK = (1 << LITERAL_BITS) - 1;
    static final int DISTANCE_MASK = (1 << DISTANCE_BITS) - 1;
    static final int EXCEPTION = 1 << 30;
    static final int END = 1 << 29;
    static final int SUBTABLE = 1 << 28;
    static final int INVALID = 1 << 27;
    static final int MAX_LITERALS = 286;
    static final int MAX_DISTANCES = 30;

    private static final int MAX_BITS = 15;
    private static final int PRECODE_BITS = 7;
    private static final int[] LITERAL_ENTRIES = literalEntries();
    private static final int[] DISTANCE_ENTRIES = distanceEntries();
    private static final int[] PRECODE_ENTRIES = precodeEntries();
    /** RFC 1951, 3.2.7. */
    private static final int[] PRECODE_ORDER = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
    };

    /**
     * Room for the worst case. A subtable of {@code 2^k} entries has codes of the length
     * {@code main + k} in it, at least two; so all subtables together have less than
     * {@code symbols * 2^(15 - main - 1)} entries.
     */
    final int[] literals = new int[(1 << LITERAL_BITS) + 288 * (1 << (MAX_BITS - LITERAL_BITS - 1))];
    final int[] distances = new int[(1 << DISTANCE_BITS) + 32 * (1 << (MAX_BITS - DISTANCE_BITS - 1))];

    private final int[] precode = new int[1 << PRECODE_BITS];
    private final byte[] precodeLengths = new byte[19];
    private final short[] sorted = new short[288];
    private final int[] counts = new int[MAX_BITS + 2];
    private final int[] starts = new int[MAX_BITS + 2];

    /** Builds the tables of a block with fixed codes. */
    void fixed() {
        byte[] lengths = new byte[288 + 32];
        for (int symbol = 0; symbol < 288; symbol++) {
            lengths[symbol] = (byte) (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
        }
        java.util.Arrays.fill(lengths, 288, 320, (byte) 5);
        build(literals, LITERAL_BITS, lengths, 0, 288, LITERAL_ENTRIES, EXCEPTION, false);
        pairLiterals();
        build(distances, DISTANCE_BITS, lengths, 288, 32, DISTANCE_ENTRIES, 1 << 31, false);
    }

    /**
     * Builds the tables from code lengths.
     *
     * @return null, or what is wrong with them; what is refused is what zlib refuses
     */
    String dynamic(byte[] lengths, int literalCount, int distanceCount) {
        if (lengths[256] == 0) {
            return "a block has no code for its end";
        }
        if (!build(literals, LITERAL_BITS, lengths, 0, literalCount, LITERAL_ENTRIES, EXCEPTION, false)) {
            return "the literal codes of a block do not fit together";
        }
        if (!build(distances, DISTANCE_BITS, lengths, literalCount, distanceCount, DISTANCE_ENTRIES, 1 << 31,
                false)) {
            return "the distance codes of a block do not fit together";
        }
        pairLiterals();
        return null;
    }

    /** Sets the length of the {@code index}-th code of the code for code lengths. */
    void precodeLength(int index, int length) {
        precodeLengths[PRECODE_ORDER[index]] = (byte) length;
    }

    boolean buildPrecode() {
        return build(precode, PRECODE_BITS, precodeLengths, 0, 19, PRECODE_ENTRIES, EXCEPTION, true);
    }

    /** Of the code for code lengths: 16-20: symbol, 0-5: bits. */
    int precodeEntry(int bits) {
        return precode[bits & ((1 << PRECODE_BITS) - 1)];
    }

    private boolean build(int[] table, int mainBits, byte[] lengths, int from, int count, int[] entries,
            int exception, boolean mustBeComplete) {
        java.util.Arrays.fill(counts, 0);
        for (int i = 0; i < count; i++) {
            counts[lengths[from + i]]++;
        }
        int longest = MAX_BITS;
        while (longest > 0 && counts[longest] == 0) {
            longest--;
        }
        int left = 1;
        starts[1] = 0;
        for (int length = 1; length <= MAX_BITS; length++) {
            left = (left << 1) - counts[length];
            if (left < 0) {
                return false;
            }
            starts[length + 1] = starts[length] + counts[length];
        }
        if (left > 0 && (mustBeComplete || longest > 1)) {
            return false;
        }
        for (int symbol = 0; symbol < count; symbol++) {
            if (lengths[from + symbol] != 0) {
                sorted[starts[lengths[from + symbol]]++] = (short) symbol;
            }
        }
        if (left > 0) {
            java.util.Arrays.fill(table, 0, 1 << mainBits, exception | INVALID);
            if (longest == 1) {
                for (int i = 0; i < 1 << mainBits; i += 2) {
                    table[i] = withBits(entries[sorted[0]], 1, exception);
                }
            }
            return true;
        }
        fill(table, mainBits, longest, entries, exception);
        return true;
    }

    /** Fills a table for a complete code: as codes get longer, the part done so far is doubled. */
    private void fill(int[] table, int mainBits, int longest, int[] entries, int exception) {
        int next = 0;
        int code = 0;
        int size = 1;
        for (int length = 1; length <= mainBits; length++) {
            if (length > 1 || size > 1) {
                System.arraycopy(table, 0, table, size, size);
            }
            size = 1 << length;
            for (int i = counts[length]; i > 0; i--) {
                table[code] = withBits(entries[sorted[next++]], length, exception);
                code = following(code, length);
            }
        }
        int free = 1 << mainBits;
        int prefix = -1;
        int start = 0;
        int subBits = 0;
        for (int length = mainBits + 1; length <= longest; length++) {
            for (int i = counts[length]; i > 0; i--) {
                if ((code & (1 << mainBits) - 1) != prefix) {
                    prefix = code & (1 << mainBits) - 1;
                    start = free;
                    subBits = subtableBits(length, i, mainBits);
                    free += 1 << subBits;
                    table[prefix] = exception | SUBTABLE | start << 12 | subBits << 8 | mainBits;
                }
                int entry = withBits(entries[sorted[next++]], length - mainBits, exception);
                for (int at = code >>> mainBits; at < 1 << subBits; at += 1 << (length - mainBits)) {
                    table[start + at] = entry;
                }
                code = following(code, length);
            }
        }
    }

    /** How many bits index the subtable that begins with a code of {@code length}, {@code left} of them to come. */
    private int subtableBits(int length, int left, int mainBits) {
        int bits = length - mainBits;
        int space = left;
        while (space < 1 << bits) {
            bits++;
            space = (space << 1) + counts[mainBits + bits];
        }
        return bits;
    }

    /** The code after {@code code}; codes are bit-reversed, the order is that of the codes as numbers. */
    private static int following(int code, int length) {
        int ones = ~code & (1 << length) - 1;
        if (ones == 0) {
            return code;
        }
        int bit = Integer.highestOneBit(ones);
        return code & bit - 1 | bit;
    }

    private static int withBits(int entry, int bits, int exception) {
        if ((entry & exception) != 0 && exception == EXCEPTION) {
            return entry + bits;
        }
        return entry + (bits << 8 & (entry < 0 ? 0 : 0x1f00)) + bits;
    }

    /** Where two literals' codes fit into the main table's bits, one entry gives both. */
    private void pairLiterals() {
        // Downwards: the second one's entry lies below, and must not be a pair yet.
        for (int i = LITERAL_MASK; i >= 0; i--) {
            int first = literals[i];
            if (first < 0) {
                int bits = first & 63;
                int second = literals[i >>> bits];
                int both = bits + (second & 63);
                if (second < 0 && both <= LITERAL_BITS) {
                    literals[i] = 1 << 31 | bits << 26 | 2 << 24 | (second & 0xff00) << 8 | first & 0xff00 | both;
                }
            }
        }
    }

    private static int[] literalEntries() {
        int[] entries = new int[288];
        for (int symbol = 0; symbol < 256; symbol++) {
            entries[symbol] = 1 << 31 | 1 << 24 | symbol << 8;
        }
        entries[256] = EXCEPTION | END;
        // RFC 1951, 3.2.5: eight lengths without extra bits, then four for each number of extra bits.
        int base = 3;
        for (int symbol = 257; symbol < 285; symbol++) {
            int extra = symbol < 265 ? 0 : symbol - 261 >>> 2;
            entries[symbol] = base << 16 | extra;
            base += 1 << extra;
        }
        entries[285] = 258 << 16;
        entries[286] = EXCEPTION | INVALID;
        entries[287] = EXCEPTION | INVALID;
        return entries;
    }

    private static int[] distanceEntries() {
        int[] entries = new int[32];
        int base = 1;
        for (int symbol = 0; symbol < 30; symbol++) {
            int extra = symbol < 4 ? 0 : symbol - 2 >>> 1;
            entries[symbol] = base << 16 | extra;
            base += 1 << extra;
        }
        entries[30] = 1 << 31 | INVALID;
        entries[31] = 1 << 31 | INVALID;
        return entries;
    }

    private static int[] precodeEntries() {
        int[] entries = new int[19];
        for (int symbol = 0; symbol < 19; symbol++) {
            entries[symbol] = symbol << 16;
        }
        return entries;
    }
}
