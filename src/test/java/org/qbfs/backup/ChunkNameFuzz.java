// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any text as the name of a chunk: a name that is one can be put together again. */
public final class ChunkNameFuzz {
    private ChunkNameFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String name = new String(input, StandardCharsets.UTF_8);
        Optional<ChunkName> parsed = ChunkName.parse(name);
        if (parsed.isPresent()) {
            String again = ChunkName.of(parsed.get().path(), parsed.get().number()) + parsed.get().suffix();
            if (!again.equals(name)) {
                throw new AssertionError(name + " became " + again);
            }
        }
    }
}
