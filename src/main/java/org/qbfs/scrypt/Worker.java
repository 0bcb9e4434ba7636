// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A thread that steps the lanes planned for it. */
final class Worker {
    /** Steps between two looks at the plan, for r = 8: half a millisecond to a millisecond. */
    private static final int STEPS = 512;

    /** Guarded by the lock of the scheduler, as are the lanes that this worker has. */
    final List<Lane> planned = new ArrayList<>();
    private final List<Lane> held = new ArrayList<>();
    private final LaneGroup one = new LaneGroup(new ScalarKernel());
    private final LaneGroup many;
    /** Which of the two has the lanes. */
    private LaneGroup group = one;

    Worker(LaneKernel kernel) {
        this.many = new LaneGroup(kernel);
    }

    int capacity() {
        return many.capacity();
    }

    List<Lane> held() {
        return held;
    }

    boolean hasUrgent() {
        return planned.stream().anyMatch(lane -> lane.derivation().isUrgent());
    }

    /** Steps the lanes that this worker has, without the lock; gives those that are finished. */
    List<Lane> run(BooleanSupplier stopped) {
        return group.run(Math.max(1, STEPS * 8 / held.get(0).r()), stopped);
    }

    void release(Lane lane) {
        group.release(lane);
        lane.holder = null;
        held.remove(lane);
    }

    /** Resumes the lanes that are planned for here and parked; a single lane in the integer registers. */
    void takePlanned() {
        LaneGroup next = planned.size() > 1 ? many : one;
        if (next != group) {
            List.copyOf(held).forEach(this::release);
            group = next;
        }
        for (Lane lane : planned) {
            if (lane.holder == null) {
                group.take(lane);
                lane.holder = this;
                held.add(lane);
            }
        }
    }

    /** Forgets everything. */
    void wipe() {
        one.wipe();
        many.wipe();
    }
}
