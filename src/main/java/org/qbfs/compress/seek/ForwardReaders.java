// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

/**
 * Sees which readers of a source go forward, from the blocks that are asked for, and says how far to run ahead of
 * them: twice as far with each step, up to a limit. Safe for many threads.
 */
final class ForwardReaders {
    private static final int READERS = 8;
    /** Requests of one reader may come in another order, by so many blocks. */
    private static final int DISORDER = 8;
    private static final int FIRST_WINDOW = 4;

    /** Guarded by this, the one that moved last at the end. */
    private final Reader[] readers = new Reader[READERS];

    /** Blocks {@code [start, end)} to be decoded ahead. */
    record Range(long start, long end) {}

    private static final Range NOTHING = new Range(0, 0);

    private static final class Reader {
        long next;
        long window;
        long scheduled;
    }

    /** The blocks {@code first} to {@code last} are asked for: what to decode besides, of at most {@code limit}. */
    synchronized Range next(long first, long last, long limit) {
        int found = find(first, last);
        Reader reader;
        if (found < 0) {
            reader = new Reader();
            reader.next = last + 1;
            reader.scheduled = first + 1;
            moveToEnd(0, reader);
            // A large read is told from a scattered one by itself.
            return last > first ? schedule(reader, last + 1) : NOTHING;
        }
        reader = readers[found];
        moveToEnd(found, reader);
        if (last < reader.next) {
            return NOTHING;
        }
        reader.next = last + 1;
        reader.window = Math.clamp(reader.window * 2, Math.min(FIRST_WINDOW, limit), limit);
        reader.scheduled = Math.max(reader.scheduled, first + 1);
        long target = reader.next + reader.window;
        // Half a window at a time, so that a task is worth its start.
        return target - reader.scheduled >= (reader.window + 1) / 2 ? schedule(reader, target) : NOTHING;
    }

    /** What was to be decoded up to {@code end} is decoded up to {@code further}. */
    synchronized void extend(long end, long further) {
        for (Reader reader : readers) {
            if (reader != null && reader.scheduled == end) {
                reader.scheduled = further;
            }
        }
    }

    /** What was to be decoded from {@code start} on is not; it may be asked for again. */
    synchronized void refused(long start) {
        for (Reader reader : readers) {
            if (reader != null && reader.scheduled > start && reader.next <= start + 1) {
                reader.scheduled = start;
            }
        }
    }

    private static Range schedule(Reader reader, long target) {
        Range range = new Range(reader.scheduled, target);
        reader.scheduled = target;
        return range;
    }

    private int find(long first, long last) {
        for (int i = READERS - 1; i >= 0; i--) {
            Reader reader = readers[i];
            if (reader != null && first <= reader.next + 1 && last >= reader.next - DISORDER) {
                return i;
            }
        }
        return -1;
    }

    private void moveToEnd(int index, Reader reader) {
        System.arraycopy(readers, index + 1, readers, index, READERS - 1 - index);
        readers[READERS - 1] = reader;
    }
}
