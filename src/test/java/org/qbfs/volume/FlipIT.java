// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some hundred of the cases that {@code scripts/flip-test} runs by the thousands. */
class FlipIT {
    private static final int CASES = 330;

    static {
        // Every case is damaged, and says so.
        System.setProperty("org.slf4j.simpleLogger.log.org.qbfs", "off");
    }

    /** Cases of other runs in which something was wrong. */
    private static final long[] FOUND = {4867};

    @TempDir
    Path directory;

    @Test
    void damageGivesNoWrongByteNoCrashAndNoHang() throws Exception {
        FlipRun run = new FlipRun(directory);
        for (long seed : FOUND) {
            run.run(1, seed);
        }
        FlipRun.Result result = run.run(CASES, 1);
        assertEquals(List.of(), result.failures);
        // The damage is neither fatal nor without effect.
        assertTrue(result.refused < CASES / 2 && result.withErrors > CASES / 10 && result.complete > CASES / 10, result.toString());
    }
}
