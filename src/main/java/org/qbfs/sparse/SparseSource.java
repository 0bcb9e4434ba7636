// SPDX-License-Identifier: Apache-2.0
package org.qbfs.sparse;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * A sparse file at its full size: data from {@code stored}, zeros for the holes, which cost no reads.
 * Does not own {@code stored}.
 */
public final class SparseSource implements ByteSource {
    private static final byte[] ZEROS = new byte[64 << 10];

    private final String name;
    private final ByteSource stored;
    private final SparseMap map;

    /** Shows {@code stored}, the extents of {@code map} one behind the other, as the whole file. */
    public SparseSource(String name, ByteSource stored, SparseMap map) {
        this.name = name;
        this.stored = stored;
        this.map = map;
    }

    @Override
    public long size() {
        return map.realSize();
    }

    /** Which ranges hold data. */
    public SparseMap map() {
        return map;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), map.realSize());
        long end = position + wanted;
        long at = position;
        for (int extent = map.extentAt(at); at < end; extent++) {
            long data = extent < map.extents() ? map.imageOffset(extent) : end;
            if (at < data) {
                int hole = (int) (Math.min(data, end) - at);
                zeros(dst, hole);
                at += hole;
            }
            if (at < end) {
                int length = (int) (Math.min(map.imageEnd(extent), end) - at);
                readStored(map.storedOffset(extent) + at - data, length, dst);
                at += length;
            }
        }
        return wanted;
    }

    private void readStored(long storedOffset, int length, ByteBuffer dst) throws IOException {
        if (Clamp.limited(dst, length, part -> stored.read(storedOffset, part)) < length) {
            throw new TruncatedData("the stored data ends before what the sparse map promises",
                    Place.of(name + " (stored data)", storedOffset, storedOffset + length));
        }
    }

    private static void zeros(ByteBuffer dst, int length) {
        for (int left = length; left > 0; left -= Math.min(left, ZEROS.length)) {
            dst.put(ZEROS, 0, Math.min(left, ZEROS.length));
        }
    }

    @Override
    public String name() {
        return name;
    }
}
