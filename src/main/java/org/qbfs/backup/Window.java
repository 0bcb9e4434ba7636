// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * A source that keeps the last piece that it read, so that a walk over neighbouring headers costs one read
 * of the file. For one thread.
 */
final class Window implements ByteSource {
    private final ByteSource source;
    private final ByteBuffer piece;
    private long start;

    Window(ByteSource source, int size) {
        this.source = source;
        this.piece = ByteBuffer.allocate(size).limit(0);
    }

    @Override
    public long size() throws IOException {
        return source.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            if (at < start || at >= start + piece.limit()) {
                piece.clear();
                // Nothing is kept if the read fails.
                start = Long.MAX_VALUE;
                source.read(at, piece);
                piece.flip();
                start = at;
            }
            int from = (int) (at - start);
            int length = Math.min(wanted - done, piece.limit() - from);
            dst.put(dst.position(), piece, from, length);
            dst.position(dst.position() + length);
            done += length;
        }
        return wanted;
    }

    @Override
    public String name() {
        return source.name();
    }
}
