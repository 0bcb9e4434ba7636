// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Makes the state of a checkpoint small: a short head (what the codec needs to know) and a window (the
 * decoded bytes before it). A window of zeros takes no room.
 *
 * <pre>
 * 0  4  length of the head
 * 4  4  length of the window
 * 8  1  0: the window is zeros and not stored; 1: it is
 * 9  –  raw deflate of head and window
 * </pre>
 */
final class WindowPacker implements AutoCloseable {
    private static final int FIXED = 9;
    /** Of a head; far above what any codec needs. */
    private static final int MAX_HEAD = 64 << 10;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);

    /** What {@link #pack} was given. */
    record Unpacked(byte[] head, byte[] window) {}

    /** The state with {@code head} and the window {@code bytes[from, to)}. */
    byte[] pack(byte[] head, byte[] bytes, int from, int to) {
        boolean zeros = Arrays.mismatch(bytes, from, to, ZEROS, 0, Math.min(to - from, ZEROS.length)) < 0
                && to - from <= ZEROS.length;
        byte[] packed = new byte[FIXED + head.length + to - from + 64];
        int stored = zeros ? 0 : to - from;
        putInt(packed, 0, head.length);
        putInt(packed, 4, to - from);
        packed[8] = (byte) (zeros ? 0 : 1);
        byte[] all = new byte[head.length + stored];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, from, all, head.length, stored);
        deflater.reset();
        deflater.setInput(all);
        deflater.finish();
        int length = FIXED;
        while (!deflater.finished()) {
            if (length == packed.length) {
                packed = Arrays.copyOf(packed, packed.length * 2);
            }
            length += deflater.deflate(packed, length, packed.length - length);
        }
        return Arrays.copyOf(packed, length);
    }

    private static final byte[] ZEROS = new byte[Inflate.WINDOW];

    /** The parts of {@code state}; null if it is damaged or the window is longer than {@code maxWindow}. */
    static Unpacked unpack(byte[] state, int maxWindow) {
        if (state.length < FIXED) {
            return null;
        }
        int headLength = getInt(state, 0);
        int windowLength = getInt(state, 4);
        if (headLength < 0 || headLength > MAX_HEAD || windowLength < 0 || windowLength > maxWindow
                || state[8] < 0 || state[8] > 1) {
            return null;
        }
        byte[] head = new byte[headLength];
        byte[] window = new byte[windowLength];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(state, FIXED, state.length - FIXED);
            boolean whole = readFully(inflater, head) && (state[8] == 0 || readFully(inflater, window));
            return whole ? new Unpacked(head, window) : null;
        } catch (DataFormatException e) {
            return null;
        } finally {
            inflater.end();
        }
    }

    private static boolean readFully(Inflater inflater, byte[] bytes) throws DataFormatException {
        int length = 0;
        while (length < bytes.length) {
            int got = inflater.inflate(bytes, length, bytes.length - length);
            if (got == 0) {
                return false;
            }
            length += got;
        }
        return true;
    }

    private static void putInt(byte[] bytes, int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private static int getInt(byte[] bytes, int at) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (bytes[at + i] & 0xff) << 8 * i;
        }
        return value;
    }

    @Override
    public void close() {
        deflater.end();
    }
}
