// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.util.Arrays;

/**
 * A decode table of finite state entropy (RFC 8878, 4.1), of which each entry also holds what its symbol stands for.
 *
 * <pre>
 * 0-31 base value   32-47 next state before its bits   48-55 bits of the state   56-63 extra bits of the value
 * </pre>
 */
final class ZstdFse {
    /** The entries; as many as {@code 1 << log}. */
    final long[] entries;
    /** The table's size as a power of two; -1 before there is one. */
    int log = -1;
    /** How it was made, for checkpoints: the probabilities, or the one symbol of a table without choice. */
    private final byte[] probabilitySymbols;
    private final short[] probabilities;
    private int count;

    private final int[] bases;
    private final int[] extraBits;
    private final int maxLog;
    private final short[] next;

    /** For symbols that stand for {@code bases[symbol]} and {@code extraBits[symbol]} more bits. */
    ZstdFse(int maxLog, int[] bases, int[] extraBits) {
        this.maxLog = maxLog;
        this.bases = bases;
        this.extraBits = extraBits;
        this.entries = new long[1 << maxLog];
        this.probabilitySymbols = new byte[1 << maxLog];
        this.probabilities = new short[bases.length];
        this.next = new short[bases.length];
    }

    /** Takes the one symbol that there is; false if it does not exist. */
    boolean single(int symbol) {
        if (symbol >= bases.length) {
            return false;
        }
        log = 0;
        entries[0] = entry(symbol, 0, 0);
        count = symbol;
        return true;
    }

    /** Takes over a distribution that is right. */
    void use(int newLog, short[] distribution) {
        Arrays.fill(probabilities, (short) 0);
        System.arraycopy(distribution, 0, probabilities, 0, distribution.length);
        count = distribution.length;
        build(newLog);
    }

    /**
     * Reads a table description (4.1.1).
     *
     * @return the bytes that it takes; -1 if it is wrong
     */
    int read(byte[] bytes, int from, int end) {
        if (from >= end) {
            return -1;
        }
        Bits bits = new Bits(bytes, from, end);
        int newLog = bits.take(4) + 5;
        if (newLog > maxLog) {
            return -1;
        }
        Arrays.fill(probabilities, (short) 0);
        int remaining = 1 << newLog;
        int symbol = 0;
        while (remaining > 0) {
            if (symbol >= probabilities.length) {
                return -1;
            }
            int width = 32 - Integer.numberOfLeadingZeros(remaining + 1);
            int low = (1 << width - 1) - 1;
            int fewer = (1 << width) - 1 - (remaining + 1);
            int value = bits.peek(width);
            if ((value & low) < fewer) {
                value &= low;
                bits.take(width - 1);
            } else {
                bits.take(width);
                if (value > low) {
                    value -= fewer;
                }
            }
            int probability = value - 1;
            remaining -= Math.abs(probability);
            probabilities[symbol++] = (short) probability;
            if (probability == 0) {
                for (int repeat = 3; repeat == 3;) {
                    repeat = bits.take(2);
                    symbol += repeat;
                    if (symbol > probabilities.length) {
                        return -1;
                    }
                }
            }
        }
        int used = bits.bytesUsed();
        if (remaining < 0 || used > end - from) {
            return -1;
        }
        count = symbol;
        build(newLog);
        return used;
    }

    /** What {@link #restore} needs: 1 byte log (255: none), 1 byte count or symbol, then two bytes a probability. */
    void save(java.io.ByteArrayOutputStream to) {
        to.write(log);
        to.write(count);
        for (int i = 0; log > 0 && i < count; i++) {
            to.write(probabilities[i]);
            to.write(probabilities[i] >> 8);
        }
    }

    /** Takes over what {@link #save} wrote; gives the index behind it, -1 if it is wrong. */
    int restore(byte[] from, int at) {
        if (at + 2 > from.length) {
            return -1;
        }
        int savedLog = from[at];
        int savedCount = from[at + 1] & 0xff;
        if (savedLog == -1) {
            return at + 2;
        }
        if (savedLog == 0) {
            return single(savedCount) ? at + 2 : -1;
        }
        if (savedLog < 5 || savedLog > maxLog || savedCount > bases.length || at + 2 + 2 * savedCount > from.length) {
            return -1;
        }
        short[] distribution = new short[savedCount];
        int sum = 0;
        for (int i = 0; i < savedCount; i++) {
            distribution[i] = (short) (from[at + 2 + 2 * i] & 0xff | from[at + 3 + 2 * i] << 8);
            if (distribution[i] < -1) {
                return -1;
            }
            sum += Math.abs(distribution[i]);
        }
        if (sum != 1 << savedLog) {
            return -1;
        }
        use(savedLog, distribution);
        return at + 2 + 2 * savedCount;
    }

    /** RFC 8878, 4.1.1: "From normalized distribution to decoding tables". */
    private void build(int newLog) {
        log = newLog;
        int size = 1 << log;
        int high = size;
        for (int symbol = 0; symbol < probabilities.length; symbol++) {
            if (probabilities[symbol] == -1) {
                probabilitySymbols[--high] = (byte) symbol;
                next[symbol] = 1;
            } else {
                next[symbol] = probabilities[symbol];
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int at = 0;
        for (int symbol = 0; symbol < probabilities.length; symbol++) {
            for (int i = 0; i < probabilities[symbol]; i++) {
                probabilitySymbols[at] = (byte) symbol;
                do {
                    at = at + step & size - 1;
                } while (at >= high);
            }
        }
        for (int state = 0; state < size; state++) {
            int symbol = probabilitySymbols[state] & 0xff;
            int number = next[symbol]++;
            int bits = log - (31 - Integer.numberOfLeadingZeros(number));
            entries[state] = entry(symbol, bits, (number << bits) - size);
        }
    }

    private long entry(int symbol, int stateBits, int nextState) {
        return (long) extraBits[symbol] << 56 | (long) stateBits << 48 | (long) nextState << 32
                | bases[symbol] & 0xffff_ffffL;
    }

    /** Bits read forwards; zeros behind the end. */
    private static final class Bits {
        private final byte[] bytes;
        private final int from;
        private final int end;
        private int bit;

        Bits(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.from = from;
            this.end = end;
        }

        int peek(int count) {
            int value = 0;
            for (int i = 0; i < count; i++) {
                int at = from + (bit + i >>> 3);
                if (at < end) {
                    value |= (bytes[at] >>> (bit + i & 7) & 1) << i;
                }
            }
            return value;
        }

        int take(int count) {
            int value = peek(count);
            bit += count;
            return value;
        }

        int bytesUsed() {
            return bit + 7 >>> 3;
        }
    }
}
