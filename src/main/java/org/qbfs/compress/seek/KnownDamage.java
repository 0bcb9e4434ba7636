// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where decoding failed lately, so that each of many reads behind a damage does not decode up to it again. Each is
 * forgotten after a while, because the medium may have had a bad moment only. Safe for many threads.
 */
final class KnownDamage {
    private static final int MAX = 16;
    /** How long a damage is believed at least. */
    static final long MIN_NANOS = 1_000_000_000L;
    /** What was long to find out is believed for so many times longer. */
    private static final int TIMES = 10;

    /** Guarded by this. */
    private final Deque<Damage> all = new ArrayDeque<>();

    /**
     * A place where decoding failed.
     *
     * @param offset decoded bytes before it
     * @param tail the decoded bytes between the start of the block that it is in and {@code offset};
     *     null if they were not kept
     * @param until by {@link System#nanoTime}
     */
    record Damage(long offset, byte[] tail, IOException error, long until) {}

    synchronized void add(long offset, byte[] tail, IOException error, long tookNanos) {
        all.removeIf(damage -> damage.offset() == offset);
        if (all.size() == MAX) {
            all.removeFirst();
        }
        all.addLast(new Damage(offset, tail, error,
                System.nanoTime() + Math.max(MIN_NANOS, Math.min(tookNanos, Long.MAX_VALUE / 4 / TIMES) * TIMES)));
    }

    /** The damage that decoding from {@code from} on meets before {@code end}; null if none is known. */
    synchronized Damage between(long from, long end) {
        long now = System.nanoTime();
        all.removeIf(damage -> damage.until() - now < 0);
        Damage first = null;
        for (Damage damage : all) {
            if (damage.offset() >= from && damage.offset() < end
                    && (first == null || damage.offset() < first.offset())) {
                first = damage;
            }
        }
        return first;
    }

    synchronized void clear() {
        all.clear();
    }
}
