// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes {@code [start, start + size)} of another source, which this one does not own. */
public final class SliceSource implements ByteSource {
    private final String name;
    private final ByteSource whole;
    private final long start;
    private final long size;

    /**
     * A view of {@code size} bytes from {@code start} on. Whether {@code whole} has them is not checked:
     * where it ends sooner, so do reads.
     *
     * @throws IllegalArgumentException if either number is negative
     */
    public SliceSource(String name, ByteSource whole, long start, long size) {
        if (start < 0 || size < 0 || start + size < 0) {
            throw new IllegalArgumentException("slice [" + start + ", +" + size + ")");
        }
        this.name = name;
        this.whole = whole;
        this.start = start;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int length = Clamp.length(position, dst.remaining(), size);
        return length == 0 ? 0 : Clamp.limited(dst, length, part -> whole.read(start + position, part));
    }

    @Override
    public void dropCached(long position, long length) {
        whole.dropCached(start + position, Math.min(length, Math.max(0, size - position)));
    }

    @Override
    public String name() {
        return name;
    }
}
