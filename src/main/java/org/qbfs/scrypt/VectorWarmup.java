// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.qbfs.error.ResourceLimit;

/**
 * Steps lanes of no use until the vector kernel is compiled. Before that it is some 50 times slower than the
 * integer registers, and a process that derives a few keys would spend its life in it; meanwhile the real
 * lanes are stepped in the integer registers. Where it never becomes faster it is never used.
 */
final class VectorWarmup {
    private static final ScryptParameters PARAMETERS = new ScryptParameters(10, 8, 1, new byte[0]);
    private static final int STRIDE = 2;
    private static final long MEMORY = 32 << 20;
    private static final int STEPS = 64;
    /**
     * A lane's step is 0.1 to 0.3 microseconds in compiled vectors, 0.6 to 1 in the integer registers, and
     * 3 or more in vectors that are not compiled.
     */
    private static final long FAST_NANOS = 500;
    private static final int FAST_ROUNDS = 3;
    private static final long MOST_NANOS = 30_000_000_000L;

    private final LaneKernel kernel;
    private final BooleanSupplier stopped;
    private volatile boolean warm;
    /** Guarded by this. */
    private boolean begun;

    VectorWarmup(LaneKernel kernel, BooleanSupplier stopped) {
        this.kernel = kernel;
        this.stopped = stopped;
    }

    boolean isWarm() {
        return warm;
    }

    /** Starts it in the background, the first time. */
    synchronized void begin() {
        if (!begun) {
            begun = true;
            Thread.ofPlatform().daemon().name("scrypt-warmup").start(this::warmUp);
        }
    }

    private void warmUp() {
        try (TableMemory memory = TableMemory.reserve(MEMORY)) {
            int pages = (int) Table.pagesNeeded(PARAMETERS, STRIDE, memory.pageBytes());
            Table[] tables = new Table[kernel.lanes()];
            for (int i = 0; i < tables.length; i++) {
                tables[i] = new Table(memory.take(pages), memory.pageBytes(), PARAMETERS, STRIDE);
            }
            LaneGroup group = new LaneGroup(kernel);
            long end = System.nanoTime() + MOST_NANOS;
            int fast = 0;
            while (fast < FAST_ROUNDS && System.nanoTime() < end && !stopped.getAsBoolean()) {
                fast = round(group, tables, memory) < FAST_NANOS ? fast + 1 : 0;
            }
            warm = fast == FAST_ROUNDS;
        } catch (ResourceLimit e) {
            // No address space for 32 MiB: then the integer registers have to do.
            warm = false;
        }
    }

    /** Fills a group and steps it to the end; gives the nanoseconds of the fastest steps of a lane. */
    private long round(LaneGroup group, Table[] tables, TableMemory memory) {
        for (Table table : tables) {
            Derivation nobody = new Derivation(new Derivation.Request(new byte[1], PARAMETERS), KeyDerivation.Priority.BACKGROUND, 0);
            group.take(new Lane(nobody, 0, table, memory.memory()));
        }
        long fastest = Long.MAX_VALUE;
        List<Lane> finished = List.of();
        while (finished.isEmpty() && !stopped.getAsBoolean()) {
            long start = System.nanoTime();
            finished = group.run(STEPS, stopped);
            fastest = finished.isEmpty() ? Math.min(fastest, System.nanoTime() - start) : fastest;
        }
        group.wipe();
        return fastest / (STEPS * tables.length);
    }
}
