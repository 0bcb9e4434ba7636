// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;
import org.qbfs.io.SliceSource;
import org.qbfs.sparse.SparseSource;

/** Any bytes as an inner tar: all entries, and the ends of each sparse file. */
public final class TarReaderFuzz {
    private TarReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        walk(input);
        walk(Checksums.repaired(input));
    }

    private static void walk(byte[] archive) throws IOException {
        MemorySource source = new MemorySource("fuzz", archive);
        TarReader reader = new TarReader(source);
        try {
            long at = 0;
            for (Optional<TarEntry> entry = reader.entryAt(at); entry.isPresent(); entry = reader.entryAt(at)) {
                if (entry.get().nextOffset() <= at) {
                    throw new AssertionError("an entry that ends where it begins: " + entry.get());
                }
                read(source, entry.get());
                at = entry.get().nextOffset();
            }
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }

    private static void read(MemorySource archive, TarEntry entry) throws IOException {
        if (entry.sparse().isEmpty()) {
            return;
        }
        SparseSource file = new SparseSource("fuzz",
                new SliceSource("stored", archive, entry.dataOffset(), entry.storedSize()), entry.sparse().get());
        if (file.size() != entry.realSize()) {
            throw new AssertionError(file.size() + " is not " + entry.realSize());
        }
        for (long from : new long[] {0, file.size() / 2, Math.max(0, file.size() - 1000)}) {
            try {
                file.read(from, ByteBuffer.allocate(2000));
            } catch (QbfsException e) {
                // The archive ends before the data.
            }
        }
    }
}
