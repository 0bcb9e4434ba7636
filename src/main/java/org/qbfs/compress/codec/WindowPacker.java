// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Makes the state of a checkpoint small: a short head (what the codec needs to know) and a window (the decoded bytes
 * before it), of which only some runs are kept. The others, and runs of zeros, come back as zeros.
 *
 * <pre>
 * 0   4  length of the head
 * 4   4  length of the window
 * 8   4  number of runs
 * 12  –  raw deflate of: the head; for each run 4 bytes start and 4 bytes length; the bytes of the runs
 * </pre>
 */
public final class WindowPacker {
    private static final int FIXED = 12;
    /** Of a head; far above what any codec needs. */
    private static final int MAX_HEAD = 64 << 10;

    private WindowPacker() {}

    /** What {@link #pack} was given. */
    public record Unpacked(byte[] head, byte[] window) {}

    /** The bytes {@code [start, end)} of a window. */
    record Run(int start, int end) {
        int length() {
            return end - start;
        }
    }

    /** The state with {@code head} and the whole window {@code bytes[from, to)}. */
    public static byte[] pack(byte[] head, byte[] bytes, int from, int to) {
        return pack(head, Arrays.copyOfRange(bytes, from, to), List.of(new Run(0, to - from)));
    }

    /** The state with {@code head} and those {@code runs} of {@code window}, which are in order, that are not zeros. */
    public static byte[] pack(byte[] head, byte[] window, List<Run> runs) {
        List<Run> kept = new ArrayList<>(runs);
        kept.removeIf(run -> isZero(window, run));
        int stored = kept.stream().mapToInt(Run::length).sum();
        ByteBuffer all = ByteBuffer.allocate(head.length + kept.size() * 8 + stored).order(ByteOrder.LITTLE_ENDIAN);
        all.put(head);
        kept.forEach(run -> all.putInt(run.start()).putInt(run.length()));
        kept.forEach(run -> all.put(window, run.start(), run.length()));
        ByteBuffer packed = ByteBuffer.allocate(FIXED + all.capacity() + all.capacity() / 1000 + 64)
                .order(ByteOrder.LITTLE_ENDIAN);
        packed.putInt(head.length).putInt(window.length).putInt(kept.size());
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(all.flip());
            deflater.finish();
            while (!deflater.finished()) {
                if (deflater.deflate(packed) == 0 && !deflater.finished()) {
                    packed = ByteBuffer.allocate(packed.capacity() * 2).order(ByteOrder.LITTLE_ENDIAN)
                            .put(packed.flip());
                }
            }
        } finally {
            deflater.end();
        }
        return Arrays.copyOf(packed.array(), packed.position());
    }

    private static boolean isZero(byte[] window, Run run) {
        for (int i = run.start(); i < run.end(); i++) {
            if (window[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The parts of {@code state}; null if it is damaged or the window is longer than {@code maxWindow}. */
    public static Unpacked unpack(byte[] state, int maxWindow) {
        if (state.length < FIXED) {
            return null;
        }
        ByteBuffer fixed = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        int headLength = fixed.getInt();
        int windowLength = fixed.getInt();
        int runs = fixed.getInt();
        if (headLength < 0 || headLength > MAX_HEAD || windowLength < 0 || windowLength > maxWindow
                || runs < 0 || runs > windowLength) {
            return null;
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(state, FIXED, state.length - FIXED);
            byte[] head = readFully(inflater, headLength);
            byte[] places = head == null ? null : readFully(inflater, Math.multiplyExact(runs, 8));
            byte[] window = places == null ? null : window(inflater, windowLength, ByteBuffer.wrap(places));
            return window == null ? null : new Unpacked(head, window);
        } catch (DataFormatException | ArithmeticException e) {
            return null;
        } finally {
            inflater.end();
        }
    }

    private static byte[] window(Inflater inflater, int length, ByteBuffer places) throws DataFormatException {
        byte[] window = new byte[length];
        places.order(ByteOrder.LITTLE_ENDIAN);
        while (places.hasRemaining()) {
            int start = places.getInt();
            int size = places.getInt();
            if (start < 0 || size < 0 || size > length - start || !readFully(inflater, window, start, size)) {
                return null;
            }
        }
        return window;
    }

    /** Null if there are not so many. Memory grows with what there is, not with what is claimed. */
    private static byte[] readFully(Inflater inflater, int length) throws DataFormatException {
        byte[] bytes = new byte[Math.min(length, MAX_HEAD)];
        for (int done = 0;;) {
            if (!readFully(inflater, bytes, done, bytes.length - done)) {
                return null;
            }
            if (bytes.length == length) {
                return bytes;
            }
            done = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
        }
    }

    private static boolean readFully(Inflater inflater, byte[] bytes, int start, int length)
            throws DataFormatException {
        for (int done = 0; done < length;) {
            int got = inflater.inflate(bytes, start + done, length - done);
            if (got == 0) {
                return false;
            }
            done += got;
        }
        return true;
    }
}
