// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The prefix code of zstd's literals (RFC 8878, 4.2). Streams are read backwards: {@code bit} is the number of bits
 * before the next one. Arrays must have {@link #MARGIN} bytes before and behind a stream.
 */
final class ZstdHuffman {
    static final int MARGIN = 16;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int MAX_BITS = 11;
    private static final int MAX_SYMBOLS = 256;
    private static final int WEIGHTS_LOG = 6;
    private static final int[] WEIGHTS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

    /** By the next bits: 0-7 symbol, 8-11 bits. */
    private final char[] table = new char[1 << MAX_BITS];
    private final byte[] weights = new byte[MAX_SYMBOLS];
    /** All but the last weight, which follows from them; 0 before there is a table. */
    private int count;
    private int maxBits;
    private final ZstdFse weightTable = new ZstdFse(WEIGHTS_LOG, WEIGHTS, new int[WEIGHTS.length]);

    boolean isThere() {
        return count > 0;
    }

    /**
     * Reads a tree description (4.2.1).
     *
     * @return the bytes that it takes; -1 if it is wrong
     */
    int read(byte[] bytes, int from, int end) {
        if (from >= end) {
            return -1;
        }
        int head = bytes[from] & 0xff;
        int size;
        int read;
        if (head >= 128) {
            read = head - 127;
            size = 1 + (read + 1) / 2;
            if (size > end - from) {
                return -1;
            }
            for (int i = 0; i < read; i++) {
                weights[i] = (byte) (bytes[from + 1 + i / 2] >>> ((i & 1) == 0 ? 4 : 0) & 15);
            }
        } else {
            size = 1 + head;
            if (size > end - from) {
                return -1;
            }
            read = compressedWeights(bytes, from + 1, from + size);
        }
        return read > 0 && build(read) ? size : -1;
    }

    void save(java.io.ByteArrayOutputStream to) {
        to.write(count);
        to.write(weights, 0, count);
    }

    /** Takes over what {@link #save} wrote; gives the index behind it, -1 if it is wrong. */
    int restore(byte[] from, int at) {
        if (at >= from.length) {
            return -1;
        }
        int saved = from[at] & 0xff;
        if (at + 1 + saved > from.length) {
            return -1;
        }
        System.arraycopy(from, at + 1, weights, 0, saved);
        for (int i = 0; i < saved; i++) {
            if (weights[i] < 0) {
                return -1;
            }
        }
        return saved == 0 || build(saved) ? at + 1 + saved : -1;
    }

    /** The number of weights; -1 if they are wrong. */
    private int compressedWeights(byte[] bytes, int from, int end) {
        int used = weightTable.read(bytes, from, end);
        if (used < 0) {
            return -1;
        }
        int start = from + used;
        int bit = firstBit(bytes, start, end);
        int log = weightTable.log;
        if (bit < 2 * log) {
            return -1;
        }
        bit -= log;
        int first = bits(bytes, start, bit, log);
        bit -= log;
        int second = bits(bytes, start, bit, log);
        int read = 0;
        // The two states take turns, until one of them wants more bits than there are.
        while (read < MAX_SYMBOLS - 2) {
            long entry = weightTable.entries[first];
            weights[read++] = (byte) entry;
            int width = (int) (entry >>> 48) & 0xff;
            bit -= width;
            if (bit < 0) {
                weights[read++] = (byte) weightTable.entries[second];
                return read;
            }
            int next = ((int) (entry >>> 32) & 0xffff) + bits(bytes, start, bit, width);
            first = second;
            second = next;
        }
        return -1;
    }

    private boolean build(int read) {
        int sum = 0;
        for (int i = 0; i < read; i++) {
            if (weights[i] > MAX_BITS) {
                return false;
            }
            sum += 1 << weights[i] >> 1;
        }
        if (sum == 0 || read >= MAX_SYMBOLS) {
            return false;
        }
        int bits = 32 - Integer.numberOfLeadingZeros(sum);
        int left = (1 << bits) - sum;
        if (bits > MAX_BITS || Integer.bitCount(left) != 1) {
            return false;
        }
        weights[read] = (byte) (32 - Integer.numberOfLeadingZeros(left));
        int at = 0;
        for (int weight = 1; weight <= bits; weight++) {
            for (int symbol = 0; symbol <= read; symbol++) {
                if (weights[symbol] == weight) {
                    int length = 1 << weight - 1;
                    Arrays.fill(table, at, at + length, (char) (symbol | bits + 1 - weight << 8));
                    at += length;
                }
            }
        }
        count = read;
        maxBits = bits;
        return true;
    }

    /** Decodes {@code length} literals from one stream; false if it does not end with the last of them. */
    boolean decodeOne(byte[] bytes, int from, int end, byte[] to, int at, int length) {
        int bit = firstBit(bytes, from, end);
        return bit >= 0 && tail(bytes, from, bit, to, at, at + length);
    }

    /** Decodes {@code length} literals from four streams (4.2.2); false if one of them is wrong. */
    boolean decodeFour(byte[] bytes, int from, int end, byte[] to, int length) {
        if (end - from < 10 || length < 6) {
            return false;
        }
        int start1 = from + 6;
        int start2 = start1 + (bytes[from] & 0xff | (bytes[from + 1] & 0xff) << 8);
        int start3 = start2 + (bytes[from + 2] & 0xff | (bytes[from + 3] & 0xff) << 8);
        int start4 = start3 + (bytes[from + 4] & 0xff | (bytes[from + 5] & 0xff) << 8);
        int part = (length + 3) / 4;
        if (start4 >= end || 3 * part > length) {
            return false;
        }
        int bit1 = firstBit(bytes, start1, start2);
        int bit2 = firstBit(bytes, start2, start3);
        int bit3 = firstBit(bytes, start3, start4);
        int bit4 = firstBit(bytes, start4, end);
        if ((bit1 | bit2 | bit3 | bit4) < 0) {
            return false;
        }
        final char[] codes = table;
        final int shift = 64 - maxBits;
        int at = 0;
        int last = length - 3 * part;
        while (at + 5 <= last && (bit1 | bit2 | bit3 | bit4) >= 0) {
            // Each load has at least 57 bits from the next one on; five symbols take 55 at most.
            int byte1 = (bit1 + 7 >> 3) - 8;
            int byte2 = (bit2 + 7 >> 3) - 8;
            int byte3 = (bit3 + 7 >> 3) - 8;
            int byte4 = (bit4 + 7 >> 3) - 8;
            long buffer1 = (long) LONG.get(bytes, start1 + byte1) << (byte1 * 8 + 64 - bit1);
            long buffer2 = (long) LONG.get(bytes, start2 + byte2) << (byte2 * 8 + 64 - bit2);
            long buffer3 = (long) LONG.get(bytes, start3 + byte3) << (byte3 * 8 + 64 - bit3);
            long buffer4 = (long) LONG.get(bytes, start4 + byte4) << (byte4 * 8 + 64 - bit4);
            for (int i = 0; i < 5; i++) {
                int code1 = codes[(int) (buffer1 >>> shift)];
                int code2 = codes[(int) (buffer2 >>> shift)];
                int code3 = codes[(int) (buffer3 >>> shift)];
                int code4 = codes[(int) (buffer4 >>> shift)];
                to[at] = (byte) code1;
                to[part + at] = (byte) code2;
                to[2 * part + at] = (byte) code3;
                to[3 * part + at] = (byte) code4;
                at++;
                buffer1 <<= code1 >>> 8;
                buffer2 <<= code2 >>> 8;
                buffer3 <<= code3 >>> 8;
                buffer4 <<= code4 >>> 8;
                bit1 -= code1 >>> 8;
                bit2 -= code2 >>> 8;
                bit3 -= code3 >>> 8;
                bit4 -= code4 >>> 8;
            }
        }
        return tail(bytes, start1, bit1, to, at, part)
                && tail(bytes, start2, bit2, to, part + at, 2 * part)
                && tail(bytes, start3, bit3, to, 2 * part + at, 3 * part)
                && tail(bytes, start4, bit4, to, 3 * part + at, length);
    }

    private boolean tail(byte[] bytes, int start, int from, byte[] to, int at, int end) {
        int bit = from;
        for (int i = at; i < end; i++) {
            if (bit < 0) {
                return false;
            }
            int first = (bit + 7 >> 3) - 8;
            long buffer = (long) LONG.get(bytes, start + first) << (first * 8 + 64 - bit);
            int code = table[(int) (buffer >>> 64 - maxBits)];
            to[i] = (byte) code;
            bit -= code >>> 8;
        }
        return bit == 0;
    }

    /** The number of bits before the mark in the last byte of {@code [start, end)}; negative if there is none. */
    static int firstBit(byte[] bytes, int start, int end) {
        if (end <= start || bytes[end - 1] == 0) {
            return Integer.MIN_VALUE;
        }
        return (end - start) * 8 - 1 - (Integer.numberOfLeadingZeros(bytes[end - 1] & 0xff) - 24);
    }

    /** The {@code width} bits, at most 32, from {@code bit} on, which is at least -64. */
    static int bits(byte[] bytes, int start, int bit, int width) {
        return (int) ((long) LONG.get(bytes, start + (bit >> 3)) >>> (bit & 7) & (1L << width) - 1);
    }
}
