// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableMemoryTest {
    @Test
    void pagesAreHandedOutOnceAndFillTheBudget() throws Exception {
        try (TableMemory memory = TableMemory.reserve(10 << 20)) {
            assertEquals(10 << 20, (long) memory.pages() * memory.pageBytes());
            BitSet seen = new BitSet();
            for (int[] pages : List.of(memory.take(3), memory.take(memory.pages() - 3))) {
                Arrays.stream(pages).forEach(page -> {
                    assertFalse(seen.get(page));
                    seen.set(page);
                });
                memory.giveBack(pages);
                Arrays.stream(memory.take(pages.length)).forEach(page -> assertTrue(seen.get(page)));
            }
            assertEquals(memory.pages(), seen.cardinality());
            assertEquals(0, memory.freePages());
        }
    }

    @Test
    void budgetIsNotExceeded() throws Exception {
        for (long budget : new long[] {64 << 10, 100_000, 1 << 20, (5 << 20) + 1, 1L << 40}) {
            try (TableMemory memory = TableMemory.reserve(budget)) {
                assertTrue((long) memory.pages() * memory.pageBytes() <= budget);
                assertTrue((long) memory.pages() * memory.pageBytes() > budget / 2);
            }
        }
    }

    @Test
    void wipedMemoryIsZeroAndClosedMemoryCannotBeRead() throws Exception {
        TableMemory memory = TableMemory.reserve(1 << 20);
        int[] pages = memory.take(memory.pages());
        MemorySegment bytes = memory.memory();
        bytes.fill((byte) 7);
        memory.giveBack(pages);
        while (memory.wipeSome()) {
            assertTrue(memory.memory().byteSize() > 0);
        }
        assertEquals(-1, bytes.mismatch(MemorySegment.ofArray(new byte[1 << 20])));
        memory.close();
        assertThrows(IllegalStateException.class, () -> bytes.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void rowsAndPlacesOfATableDoNotOverlap() throws Exception {
        try (TableMemory memory = TableMemory.reserve(2 << 20)) {
            for (int[] shape : new int[][] {{8, 8, 1}, {8, 5, 3}, {7, 11, 16}}) {
                ScryptParameters parameters = new ScryptParameters(shape[0], shape[1], 1, new byte[0]);
                int count = (int) Table.pagesNeeded(parameters, shape[2], memory.pageBytes());
                int[] pages = memory.take(count);
                Table table = new Table(pages, memory.pageBytes(), parameters, shape[2]);
                Set<Long> places = new HashSet<>(List.of(table.resumeOffset(), table.parkOffset()));
                for (long row = 0; row < (1L << shape[0]); row += shape[2]) {
                    places.add(table.offset(row / shape[2]));
                }
                assertEquals(2 + Math.ceilDiv(1 << shape[0], shape[2]), places.size());
                for (long place : places) {
                    long page = place / memory.pageBytes();
                    assertTrue(Arrays.stream(pages).anyMatch(one -> one == page));
                    assertEquals(page, (place + parameters.rowBytes() - 1) / memory.pageBytes());
                }
                memory.giveBack(pages);
            }
        }
    }

    @Test
    void defaultBudgetIsAQuarterOfTheMemoryButHalfOfWhatIsFree() {
        assertEquals(6L << 30, MachineMemory.budget(24L << 30, 20L << 30));
        assertEquals(1L << 30, MachineMemory.budget(24L << 30, 2L << 30));
        assertTrue(MachineMemory.defaultBudget() > 0);
    }

    @Test
    void coreDumpsCanBeSwitchedOff() {
        assertTrue(ProcessSecrets.disableCoreDumps());
    }
}
