// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DecodingTest {
    private static final long ALL = 192L << 20;

    @Test
    void allTablesTogetherTakeWhatTheyMay() {
        for (double part : new double[] {1, 0.5, 0.3, 0.001, 0}) {
            long alone = Decoding.tableBytes(ALL, part, false);
            assertTrue(alone >= ALL * part - 1, () -> "of " + part);
            assertTrue(alone <= Math.max(1 << 20, ALL * part), () -> "of " + part);
            assertEquals(alone, 2 * Decoding.tableBytes(ALL, part, true), 1, "of " + part);
        }
    }
}
