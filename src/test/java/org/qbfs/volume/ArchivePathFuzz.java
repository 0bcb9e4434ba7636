// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.qbfs.error.QbfsException;

/** Any text as a file group, a line feed, and the name of an entry: what is below the group leads down. */
public final class ArchivePathFuzz {
    private ArchivePathFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String[] both = new String(input, StandardCharsets.UTF_8).split("\n", 2);
        try {
            List<String> parts = ArchivePath.below(both[0], both[both.length - 1]);
            if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals("..")
                    || part.contains("/") || part.indexOf('\0') >= 0)) {
                throw new AssertionError(parts.toString());
            }
        } catch (QbfsException e) {
            // It belongs elsewhere.
        }
    }
}
