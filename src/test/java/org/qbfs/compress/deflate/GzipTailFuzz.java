// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;

/** Any bytes as what is left of a stream of gzip; the first one tells how many of them are skipped. */
public final class GzipTailFuzz {
    /** More of an input is left out: each header in a long one costs decoding the rest of it. scripts/fuzz makes shorter ones. */
    private static final int MOST = 4096;

    private GzipTailFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] stream = Arrays.copyOf(input, Math.min(input.length, MOST));
        GzipTail search = new GzipTail(new MemorySource("fuzz", stream), new BlockCache(1 << 20, 10_000, 1),
                () -> new Checkpoints(1000, 1 << 20), new ReadAhead(Runnable::run, 0),
                GzipTail.Limits.DEFAULT.skipping(input[0] & 0xff));
        Optional<DecodedSource> tail = search.find(1);
        if (tail.isPresent()) {
            requireSame(tail.get());
        }
        try {
            BlockWalk walk = new BlockWalk(new MemorySource("fuzz", stream), 8);
            while (walk.next() >= 0) { }
        } catch (QbfsException e) {
            // What any bytes may lead to.
        }
    }

    /** Bytes read far behind are those that are read on the way to the end. */
    private static void requireSame(DecodedSource tail) throws IOException {
        int size = (int) Math.min(tail.size(), 1 << 20);
        byte[] late = tail.readBytes(size / 2, size - size / 2);
        byte[] all = tail.readBytes(0, size);
        if (!Arrays.equals(late, Arrays.copyOfRange(all, size / 2, size))) {
            throw new AssertionError("other bytes from the middle on");
        }
    }
}
