// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.qbfs.error.Place;
import org.qbfs.error.ResourceLimit;

/**
 * The memory of all tables: one mapping of the size of the budget, cut into equal pages, so that tables of
 * any size use it up and use it again. A page costs real memory from its first use until {@link #wipeSome}.
 *
 * <p>Not safe for several threads, but for {@link #memory}: its owner guards it.
 */
final class TableMemory implements AutoCloseable {
    /** Two huge pages of x86-64. */
    private static final long MAX_PAGE_BYTES = 4 << 20;
    private static final long MIN_PAGE_BYTES = 64 << 10;
    /** A small budget is still cut into some pages. */
    private static final int MIN_PAGES = 16;

    /** How much is wiped at once: some milliseconds. */
    private static final int PAGES_AT_ONCE = 16;

    /** How many pages are got to see how fast that is, behind one whose call is linked on the way. */
    private static final int TRIED_PAGES = 3;
    /** 1 GiB in a second. */
    private static final double SLOW_NANOS_PER_BYTE = 1e9 / (1 << 30);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final int pageBytes;
    /** Free pages, [0, free); those that were used last are taken first, since they cost no page faults. */
    private final int[] freePages;
    private int free;
    /** Pages that were ever handed out since the last wipe. */
    private final boolean[] used;
    private final boolean slow;

    private TableMemory(long bytes, int pageBytes) throws ResourceLimit {
        this.pageBytes = pageBytes;
        this.free = Math.toIntExact(bytes / pageBytes);
        this.freePages = new int[free];
        this.used = new boolean[free];
        for (int i = 0; i < free; i++) {
            freePages[i] = free - 1 - i;
        }
        this.memory = Posix.reserve((long) free * pageBytes, arena).orElseThrow(() -> new ResourceLimit(
                "no address space for scrypt tables of " + bytes + " bytes", bytes, Runtime.getRuntime().maxMemory(), Place.NONE));
        this.slow = free > TRIED_PAGES && nanosToPopulate() > SLOW_NANOS_PER_BYTE * TRIED_PAGES * pageBytes;
    }

    /** How long the pages take that will be handed out first. */
    private long nanosToPopulate() {
        populate(freePages[free - 1]);
        long start = System.nanoTime();
        for (int i = 0; i < TRIED_PAGES; i++) {
            populate(freePages[free - 2 - i]);
        }
        return System.nanoTime() - start;
    }

    /**
     * Whether the system takes longer to provide memory than computing rows again would: measured, 0.05 s for a GiB where
     * memory is at hand, and 2.4 s in a virtual machine whose host has to find it first.
     */
    boolean isSlowToGet() {
        return slow;
    }

    /** Memory for tables of at most {@code budget} bytes in all, but for at least one page. */
    static TableMemory reserve(long budget) throws ResourceLimit {
        long page = Math.clamp(Long.highestOneBit(budget / MIN_PAGES), MIN_PAGE_BYTES, MAX_PAGE_BYTES);
        return new TableMemory(Math.max(budget, page), (int) page);
    }

    /** What the addresses of tables are offsets of. Safe for many threads, each in its own tables. */
    MemorySegment memory() {
        return memory;
    }

    int pageBytes() {
        return pageBytes;
    }

    int pages() {
        return freePages.length;
    }

    int freePages() {
        return free;
    }

    /** Takes {@code count} pages of those that are free, of unknown content. */
    int[] take(int count) {
        free -= count;
        int[] pages = Arrays.copyOfRange(freePages, free, free + count);
        for (int page : pages) {
            used[page] = true;
        }
        return pages;
    }

    void giveBack(int[] pages) {
        for (int page : pages) {
            freePages[free++] = page;
        }
    }

    /** Has the kernel provide a page before it is written. Safe while others use the memory. */
    void populate(int page) {
        Posix.populate(memory.asSlice((long) page * pageBytes, pageBytes));
    }

    /**
     * Zeroes some of what was used, and gives it back to the system; false if there is nothing left. A row
     * of a table is as good as the passphrase for someone who guesses: it takes one PBKDF2 iteration and a
     * few rows to check a guess against the first of them. So memory is not left with rows in it. No lane
     * may be at work.
     */
    boolean wipeSome() {
        int wiped = 0;
        for (int page = 0; page < used.length && wiped < PAGES_AT_ONCE; page++) {
            if (used[page]) {
                MemorySegment part = memory.asSlice((long) page * pageBytes, pageBytes);
                part.fill((byte) 0);
                Posix.release(part);
                used[page] = false;
                wiped++;
            }
        }
        return wiped > 0;
    }

    /** Wipes all and unmaps. No lane may be at work. */
    @Override
    public void close() {
        while (wipeSome()) {
            // All of it.
        }
        arena.close();
    }
}
