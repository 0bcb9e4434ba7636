// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.io.ByteSource;

/** When somebody read last, so that work that nobody waits for can make room. Safe for many threads. */
final class ReadActivity {
    private volatile long lastNanos = System.nanoTime();

    /** Whether nobody has read for {@code nanos}. */
    boolean quietFor(long nanos) {
        return System.nanoTime() - lastNanos >= nanos;
    }

    /** {@code source}, each read of which counts. */
    ByteSource watch(ByteSource source) {
        return new Watched(source, this);
    }

    private record Watched(ByteSource source, ReadActivity activity) implements ByteSource {
        @Override
        public long size() throws IOException {
            return source.size();
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            activity.lastNanos = System.nanoTime();
            try {
                return source.read(position, dst);
            } finally {
                activity.lastNanos = System.nanoTime();
            }
        }

        @Override
        public String name() {
            return source.name();
        }
    }
}
