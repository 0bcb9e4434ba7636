// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Several sources, one after the other, seen as one. Owns none of them. */
public final class ConcatSource implements ByteSource {
    private final String name;
    private final List<ByteSource> parts;
    /** {@code ends[i]}: where part {@code i} ends in this source. */
    private final long[] ends;

    /**
     * Joins {@code parts}, whose sizes are asked once, here.
     *
     * @throws IOException if a size cannot be found out
     */
    public static ConcatSource of(String name, List<? extends ByteSource> parts) throws IOException {
        long[] ends = new long[parts.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end = Math.addExact(end, parts.get(i).size());
            ends[i] = end;
        }
        return new ConcatSource(name, List.copyOf(parts), ends);
    }

    private ConcatSource(String name, List<ByteSource> parts, long[] ends) {
        this.name = name;
        this.parts = parts;
        this.ends = ends;
    }

    @Override
    public long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        int done = 0;
        for (int part = partAt(position); done < wanted; part++) {
            long start = part == 0 ? 0 : ends[part - 1];
            long at = position + done;
            int length = (int) Math.min(wanted - done, ends[part] - at);
            if (length > 0) {
                ByteSource source = parts.get(part);
                int got = Clamp.limited(dst, length, piece -> source.read(at - start, piece));
                if (got < length) {
                    throw new IllegalStateException(source.name() + " is shorter than its size");
                }
                done += length;
            }
        }
        return done;
    }

    /** The first part that ends after {@code position}. */
    private int partAt(long position) {
        int found = Arrays.binarySearch(ends, position);
        int part = found < 0 ? -found - 1 : found + 1;
        return part;
    }

    @Override
    public String name() {
        return name;
    }
}
