// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What one thread has to do: the lanes planned for it, and those that it has. */
final class Worker {
    /** Steps between two looks at the plan, for r = 8: half a millisecond to a millisecond. */
    private static final int STEPS = 512;

    /** Guarded by the lock of the scheduler, as are the lanes that this worker has. */
    final List<Lane> planned = new ArrayList<>();
    private final List<Lane> held = new ArrayList<>();
    /** One lane in each, in the integer registers. */
    private final List<LaneGroup> singles = new ArrayList<>();
    /** All lanes together, in vectors. */
    private final LaneGroup together;
    private final VectorWarmup warmup;
    private boolean vectors;

    Worker(LaneKernel kernel, VectorWarmup warmup) {
        this.together = new LaneGroup(kernel);
        this.warmup = warmup;
        for (int i = 0; i < together.capacity(); i++) {
            singles.add(new LaneGroup(new ScalarKernel()));
        }
    }

    int capacity() {
        return together.capacity();
    }

    List<Lane> held() {
        return held;
    }

    /** Whether several lanes can be stepped in the time of one. */
    boolean hasVectors() {
        return together.capacity() > 1 && warmup.isWarm();
    }

    boolean hasUrgent() {
        return planned.stream().anyMatch(lane -> lane.derivation().isUrgent());
    }

    /** Steps the lanes that this worker has, without the lock; gives those that are finished. */
    List<Lane> run(BooleanSupplier stopped) {
        int steps = Math.max(1, STEPS * 8 / held.get(0).r());
        if (vectors) {
            return together.run(steps, stopped);
        }
        List<Lane> finished = new ArrayList<>();
        for (int i = 0; i < held.size(); i++) {
            finished.addAll(singles.get(i).run(Math.max(1, steps / held.size()), stopped));
        }
        return finished;
    }

    /** Parks a lane, and forgets it. */
    void release(Lane lane) {
        if (vectors) {
            together.release(lane);
        } else {
            // The singles in use are the first ones.
            int index = held.indexOf(lane);
            singles.get(index).release(lane);
            singles.add(singles.remove(index));
        }
        lane.holder = null;
        held.remove(lane);
    }

    /** Resumes the lanes that are planned for here and parked. A single lane is faster in the integer registers. */
    void takePlanned() {
        if (planned.size() > 1) {
            warmup.begin();
        }
        boolean next = planned.size() > 1 && warmup.isWarm();
        if (next != vectors) {
            List.copyOf(held).forEach(this::release);
            vectors = next;
        }
        for (Lane lane : planned) {
            if (lane.holder == null) {
                (vectors ? together : singles.get(held.size())).take(lane);
                lane.holder = this;
                held.add(lane);
            }
        }
    }

    /** Forgets everything. */
    void wipe() {
        singles.forEach(LaneGroup::wipe);
        together.wipe();
    }
}
