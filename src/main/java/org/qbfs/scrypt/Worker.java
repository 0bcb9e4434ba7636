// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What one thread has to do: the lanes planned for it, and those that it has. */
final class Worker {
    /** Steps between two looks at the plan, for r = 8: half a millisecond to a millisecond. */
    private static final int STEPS = 512;
    /** Lanes with fewer rows left (0.5 s in the integer registers) are done before a kernel with vectors is compiled. */
    private static final long LEAST_ROWS = 1 << 19;
    /** With fewer rows left, a kernel that is compiled, but has more lanes than are needed, is as good. */
    private static final long LEAST_ROWS_FOR_BETTER = 1 << 23;

    /** Guarded by the lock of the scheduler, as are the lanes that this worker has. */
    final List<Lane> planned = new ArrayList<>();
    private final List<Lane> held = new ArrayList<>();
    /** One lane in each, in the integer registers. */
    private final List<LaneGroup> singles = new ArrayList<>();
    /** All lanes together, in vectors: a group for each kernel, of which one is in use. */
    private final List<LaneGroup> groups;
    private final KernelChoice choice;
    /** The group that has the lanes, or {@link KernelChoice#INTEGER_REGISTERS} if singles have them. */
    private int inUse = KernelChoice.INTEGER_REGISTERS;

    Worker(KernelChoice choice) {
        this.choice = choice;
        this.groups = choice.kernels().stream().map(LaneGroup::new).toList();
        for (int i = 0; i < capacity(); i++) {
            singles.add(new LaneGroup(new ScalarKernel()));
        }
    }

    int capacity() {
        return choice.mostLanes();
    }

    List<Lane> held() {
        return held;
    }

    /** Whether so many lanes can be stepped in less time than one after the other. */
    boolean hasVectors(int lanes) {
        return choice.fastest(Math.min(lanes, capacity())) != KernelChoice.INTEGER_REGISTERS;
    }

    /** Whether its lanes are stepped one after the other, and will be stepped together in a moment. */
    boolean awaitsKernel() {
        return held.size() > 1 && inUse == KernelChoice.INTEGER_REGISTERS && rowsLeft() >= LEAST_ROWS
                && choice.isAboutToBeCompiledFor(held.size());
    }

    private long rowsLeft() {
        return planned.stream().mapToLong(Lane::rowsLeft).sum();
    }

    boolean hasUrgent() {
        return planned.stream().anyMatch(lane -> lane.derivation().isUrgent());
    }

    /** Steps the lanes that this worker has, without the lock; gives those that are finished. */
    List<Lane> run(BooleanSupplier stopped) {
        int steps = Math.max(1, STEPS * 8 / held.get(0).r());
        if (inUse != KernelChoice.INTEGER_REGISTERS) {
            return groups.get(inUse).run(steps, stopped);
        }
        List<Lane> finished = new ArrayList<>();
        for (int i = 0; i < held.size(); i++) {
            finished.addAll(singles.get(i).run(Math.max(1, steps / held.size()), stopped));
        }
        return finished;
    }

    /** Parks a lane, and forgets it. */
    void release(Lane lane) {
        if (inUse != KernelChoice.INTEGER_REGISTERS) {
            groups.get(inUse).release(lane);
        } else {
            // The singles in use are the first ones.
            int index = held.indexOf(lane);
            singles.get(index).release(lane);
            singles.add(singles.remove(index));
        }
        lane.holder = null;
        held.remove(lane);
    }

    /** Resumes the lanes that are planned for here and parked. */
    void takePlanned() {
        if (planned.isEmpty()) {
            return;
        }
        if (rowsLeft() >= (hasVectors(planned.size()) ? LEAST_ROWS_FOR_BETTER : LEAST_ROWS)) {
            choice.compileFor(planned.size());
        }
        int fastest = choice.fastest(planned.size());
        if (fastest != inUse) {
            List.copyOf(held).forEach(this::release);
            inUse = fastest;
        }
        for (Lane lane : planned) {
            if (lane.holder == null) {
                (inUse == KernelChoice.INTEGER_REGISTERS ? singles.get(held.size()) : groups.get(inUse)).take(lane);
                lane.holder = this;
                held.add(lane);
            }
        }
    }

    /** Forgets everything. */
    void wipe() {
        singles.forEach(LaneGroup::wipe);
        groups.forEach(LaneGroup::wipe);
    }
}
