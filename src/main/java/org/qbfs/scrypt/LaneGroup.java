// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The lanes that one thread steps together, and their state. For one thread. */
final class LaneGroup {
    private static final int CACHE_LINE = 64;

    private final LaneKernel kernel;
    private final Lane[] lanes;
    /** Where in the tables the rows are that the next step reads. */
    private final long[] offsets;
    /** Keeps {@link #touch} from being optimised away. */
    private int touched;
    private int[] state = new int[0];
    private int[] mixed = new int[0];

    LaneGroup(LaneKernel kernel) {
        this.kernel = kernel;
        this.lanes = new Lane[kernel.lanes()];
        this.offsets = new long[kernel.lanes()];
    }

    /** Resumes a lane in a free place. All lanes of a group have one r. */
    void take(Lane lane) {
        int words = 32 * lane.r() * lanes.length;
        if (state.length != words) {
            state = new int[words];
            mixed = new int[words];
        }
        int slot = 0;
        while (lanes[slot] != null) {
            slot++;
        }
        lane.resume(kernel, state, slot);
        lanes[slot] = lane;
    }

    /** Parks a lane if it is here. With the last one its state is forgotten: a row is as good for guesses as one of a table. */
    void release(Lane lane) {
        boolean empty = true;
        for (int slot = 0; slot < lanes.length; slot++) {
            if (lanes[slot] == lane) {
                lane.park(kernel, state, slot);
                lanes[slot] = null;
            }
            empty &= lanes[slot] == null;
        }
        if (empty) {
            wipe();
        }
    }

    /** Steps all lanes {@code steps} times, or until a lane is finished or {@code stopped}; gives those that are finished, parked. */
    List<Lane> run(int steps, BooleanSupplier stopped) {
        List<Lane> finished = new ArrayList<>();
        for (int i = 0; i < steps && finished.isEmpty() && !stopped.getAsBoolean(); i++) {
            step(finished);
        }
        return finished;
    }

    private void step(List<Lane> finished) {
        int reading = 0;
        MemorySegment memory = null;
        for (int slot = 0; slot < lanes.length; slot++) {
            Lane lane = lanes[slot];
            if (lane != null && !lane.prepare(kernel, state, slot)) {
                release(lane);
                finished.add(lane);
            } else if (lane != null && lane.reads()) {
                offsets[reading++] = lane.offset();
                memory = lane.memory();
            }
        }
        if (reading > 0) {
            touched = touch(memory, reading, state.length / lanes.length * Integer.BYTES);
        }
        for (int slot = 0; slot < lanes.length; slot++) {
            if (lanes[slot] != null) {
                lanes[slot].act(kernel, state, slot);
            }
        }
        kernel.mix(state, mixed, state.length / (32 * lanes.length));
        int[] swap = state;
        state = mixed;
        mixed = swap;
    }

    /**
     * Reads one word of each cache line of the rows that will be added. That is so little work that many
     * lines of many lanes are awaited at once; the addition of a row is so much that it alone would await
     * few (measured, 16 lanes with 1 KiB rows: 2.1 microseconds with this, 7.8 without).
     */
    private int touch(MemorySegment memory, int count, int rowBytes) {
        int sum = 0;
        for (int line = 0; line < rowBytes; line += CACHE_LINE) {
            for (int i = 0; i < count; i++) {
                sum += memory.get(ValueLayout.JAVA_INT, offsets[i] + line);
            }
        }
        return sum;
    }

    /** Forgets all lanes and their state. */
    void wipe() {
        Arrays.fill(lanes, null);
        Arrays.fill(state, 0);
        Arrays.fill(mixed, 0);
    }
}
