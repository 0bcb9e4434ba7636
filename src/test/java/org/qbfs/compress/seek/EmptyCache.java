// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The check that streams which were given up have left no block and no decoder in a cache. */
public final class EmptyCache {
    private EmptyCache() {}

    /** Fails if the cache holds anything of the streams that have used it, among their first hundred blocks. */
    public static void require(BlockCache cache) {
        long sources = cache.newSource();
        assertTrue(sources > 1);
        for (long source = 0; source < sources; source++) {
            assertEquals(-1, cache.idlePosition(source, Long.MAX_VALUE));
            for (long block = 0; block < 100; block++) {
                assertNull(cache.get(source, block));
            }
        }
    }
}
