// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The window of a checkpoint in the making. While decoding goes on for the length of the window, it notes which bytes
 * are used by matches; only these need to be kept.
 */
public final class WatchedWindow {
    /** Bytes are noted in pieces of this size. */
    private static final int PIECE = 16;

    private final long position;
    private final long compressedBit;
    private final byte[] head;
    private final byte[] window;
    private final BitSet used;

    /** For a checkpoint at {@code position}; takes {@code window}, the bytes before it, over. */
    public WatchedWindow(long position, long compressedBit, byte[] head, byte[] window) {
        this.position = position;
        this.compressedBit = compressedBit;
        this.head = head;
        this.window = window;
        this.used = new BitSet(window.length / PIECE + 1);
    }

    public long position() {
        return position;
    }

    /** A match uses the bytes {@code [from, to)}, counted from the checkpoint: both are negative or 0. */
    public void used(int from, int to) {
        used.set((window.length + from) / PIECE, (window.length + to - 1) / PIECE + 1);
    }

    /** The checkpoint; with the whole window if it was not watched to its end. */
    public Checkpoint checkpoint(boolean watchedToTheEnd) {
        if (!watchedToTheEnd) {
            return new Checkpoint(position, compressedBit, WindowPacker.pack(head, window, 0, window.length));
        }
        List<WindowPacker.Run> runs = new ArrayList<>();
        for (int piece = used.nextSetBit(0); piece >= 0;) {
            int end = used.nextClearBit(piece);
            runs.add(new WindowPacker.Run(piece * PIECE, Math.min(window.length, end * PIECE)));
            piece = used.nextSetBit(end);
        }
        return new Checkpoint(position, compressedBit, WindowPacker.pack(head, window, runs));
    }
}
