// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The window of a checkpoint in the making. While decoding goes on for the length of the window, it notes which bytes
 * are used by matches; only these need to be kept.
 */
final class WatchedWindow {
    /** Bytes are noted in pieces of this size. */
    private static final int PIECE = 16;

    private final long position;
    private final long compressedBit;
    private final byte[] head;
    private final byte[] window;
    private final BitSet used;

    /** For a checkpoint at {@code position}; takes {@code window}, the bytes before it, over. */
    WatchedWindow(long position, long compressedBit, byte[] head, byte[] window) {
        this.position = position;
        this.compressedBit = compressedBit;
        this.head = head;
        this.window = window;
        this.used = new BitSet(window.length / PIECE + 1);
    }

    long position() {
        return position;
    }

    /** A match uses the bytes {@code [from, to)}, counted from the checkpoint: both are negative or 0. */
    void used(int from, int to) {
        used.set((window.length + from) / PIECE, (window.length + to - 1) / PIECE + 1);
    }

    /** The checkpoint; with the whole window if it was not watched to its end. */
    Checkpoint checkpoint(boolean watchedToTheEnd) {
        if (watchedToTheEnd) {
            int pieces = (window.length + PIECE - 1) / PIECE;
            for (int from = used.nextClearBit(0); from < pieces; from = used.nextClearBit(from)) {
                int to = used.nextSetBit(from);
                to = to < 0 ? pieces : to;
                Arrays.fill(window, from * PIECE, Math.min(window.length, to * PIECE), (byte) 0);
                from = to;
            }
        }
        try (WindowPacker packer = new WindowPacker()) {
            return new Checkpoint(position, compressedBit, packer.pack(head, window, 0, window.length));
        }
    }
}
