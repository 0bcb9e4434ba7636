// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.Checksums;

/** Any bytes as a backup file: what the catalog lists lies in the file. */
public final class CatalogFuzz {
    private CatalogFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        scan(input);
        scan(Checksums.repaired(input));
    }

    private static void scan(byte[] file) throws IOException {
        try {
            Catalog catalog = Catalog.scan(new MemorySource("fuzz", file));
            for (FileGroup group : catalog.groups()) {
                for (Chunk chunk : group.chunks()) {
                    Member member = chunk.member();
                    if (member.dataOffset() < 0 || member.size() < 0
                            || member.complete() && member.dataOffset() > file.length - member.size()) {
                        throw new AssertionError(member + " lies outside of " + file.length + " bytes");
                    }
                }
            }
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }
}
