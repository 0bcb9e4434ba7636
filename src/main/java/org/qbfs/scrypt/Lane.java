// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One block of a key on its way through scryptROMix (RFC 7914, section 5). Between two steps its state is
 * either in the array of the worker that has it, or parked in its table. For one thread at a time.
 */
final class Lane {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 16;
    /** Where word 1 of a Salsa20 block is, after word 0 the next of Integerify; see {@link LaneKernel#DIAGONALS}. */
    private static final int WORD_1_QUAD = 3;
    private static final int WORD_1_PLACE = 1;

    private final Derivation derivation;
    private final int index;
    private final Table table;
    private final MemorySegment memory;
    private final long rows;
    private final int r;

    /** Rows passed in the first half, which stores them: up to N. */
    private long stored;
    /** Rows passed in the second half, which looks them up: up to N. */
    private long lookedUp;
    /** How often to mix until the state is the row that is looked up; 0 while it is the lane's own. */
    private int missing;

    private Action next = Action.NOTHING;
    /** Where the row is that the action needs. */
    private long offset;

    /** The worker that should have this lane, or null. Guarded by the lock of the scheduler, as are the next two. */
    Worker planned;
    /** The worker that has it, or null if it is parked. */
    Worker holder;
    /** Whether its work is not wanted any more. */
    boolean dropped;
    /** The pages of the table from here on were populated by another thread, or are about to be. Guarded likewise. */
    private int populatedFrom;

    /** Block {@code index} of {@code derivation}, parked at its start. */
    Lane(Derivation derivation, int index, Table table, MemorySegment memory) {
        this.derivation = derivation;
        this.index = index;
        this.table = table;
        this.populatedFrom = table.pages().length;
        this.memory = memory;
        this.rows = 1L << derivation.parameters().logN();
        this.r = derivation.parameters().r();
        MemorySegment block = derivation.block(index);
        for (int word = 0; word < 2 * r * BLOCK; word++) {
            memory.set(WORD, table.parkOffset() + 4L * word, block.get(WORD, 4L * diagonal(word)));
        }
    }

    /** Puts the parked result in the place of the block that was the start. */
    void finish() {
        MemorySegment block = derivation.block(index);
        for (int word = 0; word < 2 * r * BLOCK; word++) {
            block.set(WORD, 4L * diagonal(word), memory.get(WORD, table.parkOffset() + 4L * word));
        }
    }

    private static int diagonal(int word) {
        return word & -BLOCK | LaneKernel.DIAGONALS[word & BLOCK - 1];
    }

    Derivation derivation() {
        return derivation;
    }

    int index() {
        return index;
    }

    int[] pages() {
        return table.pages();
    }

    /**
     * A page that this lane will fill, the last first, or -1 if none is left. May be called while another
     * thread has this lane, whose progress need not be known exactly.
     */
    int pageToPopulate() {
        if (populatedFrom <= table.pageIndex(stored / table.stride()) + 1) {
            return -1;
        }
        populatedFrom--;
        return table.pages()[populatedFrom];
    }

    int r() {
        return r;
    }


    /** How much is done: rows of 2 * N. */
    long progress() {
        return stored + lookedUp;
    }

    /** The rest of 2 * N. */
    long rowsLeft() {
        return 2 * rows - progress();
    }

    /** Moves this lane from where it is parked into place {@code slot} of a state. */
    void resume(LaneKernel kernel, int[] state, int slot) {
        kernel.load(state, slot, memory, table.parkOffset());
    }

    /** Moves this lane out of a state. */
    void park(LaneKernel kernel, int[] state, int slot) {
        kernel.store(state, slot, memory, table.parkOffset());
    }

    /**
     * Decides what comes before the next mixing of the state.
     *
     * @return false if nothing is left to be done: the state is the result
     */
    boolean prepare(LaneKernel kernel, int[] state, int slot) {
        if (stored < rows) {
            next = stored % table.stride() == 0 ? Action.STORE : Action.NOTHING;
            offset = next == Action.STORE ? table.offset(stored / table.stride()) : 0;
            stored++;
        } else if (missing > 0) {
            missing--;
            next = missing == 0 ? Action.RETURN : Action.NOTHING;
        } else if (lookedUp < rows) {
            lookedUp++;
            long row = integerify(kernel, state, slot);
            long before = row / table.stride();
            missing = (int) (row - before * table.stride());
            next = missing == 0 ? Action.ADD : Action.LEAVE;
            offset = table.offset(before);
        } else {
            return false;
        }
        return true;
    }

    /** Whether a row is to be read from the table, at {@link #offset}. */
    boolean reads() {
        return next == Action.ADD || next == Action.LEAVE;
    }

    long offset() {
        return offset;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Does what was prepared. */
    void act(LaneKernel kernel, int[] state, int slot) {
        switch (next) {
            case STORE -> kernel.store(state, slot, memory, offset);
            case ADD -> kernel.xor(state, slot, memory, offset);
            case LEAVE -> {
                kernel.store(state, slot, memory, table.resumeOffset());
                kernel.load(state, slot, memory, offset);
            }
            case RETURN -> kernel.xor(state, slot, memory, table.resumeOffset());
            case NOTHING -> { }
        }
    }

    /** The number, mod N, in the last block of the state; N is a power of two below 2^63. */
    private long integerify(LaneKernel kernel, int[] state, int slot) {
        int quadStride = kernel.lanes() * LaneKernel.QUAD;
        int lastBlock = (2 * r - 1) * 4 * quadStride + slot * LaneKernel.QUAD;
        long low = Integer.toUnsignedLong(state[lastBlock]);
        long high = state[lastBlock + WORD_1_QUAD * quadStride + WORD_1_PLACE];
        return (high << Integer.SIZE | low) & rows - 1;
    }

    /** What comes before the next mixing. */
    private enum Action {
        /** Store the row. */
        STORE,
        /** Add a row that is in the table. */
        ADD,
        /** Leave the state aside, and go on from a row in the table to one that is not. */
        LEAVE,
        /** The row that was missing is there: add it to the state that was left. */
        RETURN,
        /** Only mix. */
        NOTHING
    }
}
