// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import org.qbfs.error.ResourceLimit;

/**
 * Which kernels are compiled, and which of them is the fastest for so many lanes on this processor.
 *
 * <p>Vector code that is not compiled yet is some 50 times slower than the integer registers, and a process that derives a
 * few keys would spend its life in it. So a kernel is made to step lanes of no use until it is compiled; meanwhile the real
 * lanes are stepped in the integer registers. How fast it then is is measured, not assumed: a lane alone takes 0.62 to 0.68
 * microseconds a row in the integer registers of Zen 5 and 0.78 in a vector, on Zen 4 1.06 and 0.58. Safe for many threads.
 */
final class KernelSpeeds implements KernelChoice {
    private static final ScryptParameters PARAMETERS = new ScryptParameters(10, 8, 1, new byte[0]);
    private static final int TABLE_STRIDE = 2;
    private static final long MEMORY = 32 << 20;
    private static final int STEPS = 64;
    private static final long UNKNOWN = Long.MAX_VALUE;
    /**
     * A kernel is compiled when each of its lanes takes at most so many times what the integer registers take: it then is
     * between 10 times faster and hardly slower, and before it is far more than 10 times slower.
     */
    private static final int COMPILED_FACTOR = 3;
    private static final int COMPILED_ROUNDS = 3;
    /** How long a kernel is given in all: the compiler may be busy elsewhere, and a kernel may never be fast. */
    private static final long MOST_NANOS = 30_000_000_000L;
    /** How long it usually takes at most: 0.6 s where nothing is in its way. */
    private static final long USUAL_NANOS = 1_500_000_000;
    private static final int NONE = -1;

    private final List<LaneKernel> kernels;
    private final BooleanSupplier stopped;
    /** Nanoseconds of one step of all lanes of each kernel; {@link #UNKNOWN} until it is compiled. */
    private final AtomicLongArray stepNanos;
    /** The same of a lane in the integer registers. */
    private volatile long scalarNanos = UNKNOWN;
    /** Guarded by this: how long each kernel may still be made to step lanes of no use. */
    private final long[] nanosLeft;
    /** Guarded by this: the kernel that is made to now, or {@link #NONE}: each would have to wait for the compiler twice as long. */
    private int warmingUp = NONE;
    /** Guarded by this: since when. */
    private long since;

    /**
     * For {@code kernels}, those with the fewest lanes first; they may be none.
     *
     * @param stopped whether no key is to be derived, for now or for good, so that the processors have better things to do
     *     than to compile kernels; asked between any two rows
     */
    KernelSpeeds(List<LaneKernel> kernels, BooleanSupplier stopped) {
        this.kernels = List.copyOf(kernels);
        this.stopped = stopped;
        this.stepNanos = new AtomicLongArray(kernels.size());
        this.nanosLeft = new long[kernels.size()];
        Arrays.fill(nanosLeft, MOST_NANOS);
        for (int i = 0; i < kernels.size(); i++) {
            stepNanos.set(i, UNKNOWN);
        }
    }

    @Override
    public List<LaneKernel> kernels() {
        return kernels;
    }

    @Override
    public int fastest(int lanes) {
        int fastest = INTEGER_REGISTERS;
        long least = UNKNOWN;
        for (int i = narrowest(lanes); i < kernels.size(); i++) {
            long nanos = stepNanos.get(i);
            if (nanos < least) {
                fastest = i;
                least = nanos;
            }
        }
        return least / lanes < scalarNanos ? fastest : INTEGER_REGISTERS;
    }

    @Override
    public void compileFor(int lanes) {
        int index = narrowest(lanes);
        if (index < kernels.size() && begin(index)) {
            boolean started = false;
            try {
                Thread.ofPlatform().daemon().name("scrypt-warmup").start(() -> warmUp(index));
                started = true;
            } finally {
                if (!started) {
                    done(false);
                }
            }
        }
    }

    @Override
    public synchronized boolean isAboutToBeCompiledFor(int lanes) {
        return warmingUp == narrowest(lanes) && System.nanoTime() - since < USUAL_NANOS;
    }

    private synchronized boolean begin(int index) {
        if (warmingUp != NONE || nanosLeft[index] <= 0) {
            return false;
        }
        warmingUp = index;
        since = System.nanoTime();
        return true;
    }

    /** Once it is compiled, or has failed, it is not tried again; if it was stopped on the way, for the rest of its time. */
    private synchronized void done(boolean wasStopped) {
        nanosLeft[warmingUp] = wasStopped ? nanosLeft[warmingUp] - (System.nanoTime() - since) : 0;
        warmingUp = NONE;
    }

    private synchronized long latestEnd() {
        return since + nanosLeft[warmingUp];
    }

    private int narrowest(int lanes) {
        int index = 0;
        while (index < kernels.size() && kernels.get(index).lanes() < lanes) {
            index++;
        }
        return index;
    }

    private void warmUp(int index) {
        LaneKernel kernel = kernels.get(index);
        boolean wasStopped = false;
        try (TableMemory memory = TableMemory.reserve(MEMORY)) {
            int pages = (int) Table.pagesNeeded(PARAMETERS, TABLE_STRIDE, memory.pageBytes());
            Table[] tables = new Table[kernel.lanes()];
            for (int i = 0; i < tables.length; i++) {
                tables[i] = new Table(memory.take(pages), memory.pageBytes(), PARAMETERS, TABLE_STRIDE);
            }
            LaneGroup vectors = new LaneGroup(kernel);
            LaneGroup scalar = new LaneGroup(new ScalarKernel());
            Table[] one = Arrays.copyOf(tables, 1);
            long end = latestEnd();
            long best = UNKNOWN;
            long scalarBest = UNKNOWN;
            int compiled = 0;
            while (compiled < COMPILED_ROUNDS && System.nanoTime() < end) {
                long scalarRound = round(scalar, one, memory);
                long vectorRound = round(vectors, tables, memory);
                if (scalarRound == UNKNOWN || vectorRound == UNKNOWN) {
                    wasStopped = true;
                    return;
                }
                scalarBest = Math.min(scalarBest, scalarRound);
                best = Math.min(best, vectorRound);
                compiled = vectorRound / kernel.lanes() < COMPILED_FACTOR * scalarBest ? compiled + 1 : 0;
            }
            if (compiled == COMPILED_ROUNDS) {
                scalarNanos = Math.min(scalarNanos, scalarBest);
                stepNanos.set(index, best);
            }
        } catch (ResourceLimit e) {
            // No address space for 32 MiB: then the integer registers, or another kernel, have to do.
        } finally {
            done(wasStopped);
        }
    }

    /**
     * Fills a group and steps it to the end; gives the nanoseconds of the fastest step, or {@link #UNKNOWN} if it was stopped on
     * the way: fewer steps than were asked for say nothing.
     */
    private long round(LaneGroup group, Table[] tables, TableMemory memory) {
        for (Table table : tables) {
            Derivation nobody = new Derivation(new Derivation.Request(new byte[1], PARAMETERS), KeyDerivation.Priority.BACKGROUND, 0);
            group.take(new Lane(nobody, 0, table, memory.memory()));
        }
        AtomicBoolean wasStopped = new AtomicBoolean();
        BooleanSupplier watched = () -> {
            if (stopped.getAsBoolean()) {
                wasStopped.set(true);
            }
            return wasStopped.get();
        };
        long fastest = UNKNOWN;
        List<Lane> finished = List.of();
        while (finished.isEmpty() && !watched.getAsBoolean()) {
            long start = System.nanoTime();
            finished = group.run(STEPS, watched);
            fastest = finished.isEmpty() ? Math.min(fastest, (System.nanoTime() - start) / STEPS) : fastest;
        }
        group.wipe();
        return wasStopped.get() ? UNKNOWN : fastest;
    }
}
