// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.sparse.SparseMap;

/** The extents of one sparse entry while they are read. */
final class ExtentList {
    private static final int MOST_EMPTY = 1 << 20;

    private final String name;
    private final SparseMap.Builder map;
    private long lastLength;
    private int empty;

    ExtentList(String name) {
        this.name = name;
        this.map = new SparseMap.Builder(name);
    }

    /**
     * Adds an extent. GNU tar stores each extent in whole blocks, so all but the last fill theirs; what
     * does not would be read differently by different programs, and is refused.
     */
    void add(long offset, long length) throws QbfsException {
        // Extents of no length cost no memory, but a stream that decompresses to nothing else would cost days.
        if (length == 0 && ++empty > MOST_EMPTY) {
            throw new CorruptData("more than " + MOST_EMPTY + " empty extents in a sparse map", Place.of(name));
        }
        if (length > 0 && lastLength % TarReader.BLOCK != 0) {
            throw new CorruptData("an extent of " + lastLength + " bytes, no whole number of blocks, inside a sparse map",
                    Place.of(name));
        }
        map.data(offset, length);
        lastLength = length > 0 ? length : lastLength;
    }

    /** Adds up to {@code count} extents of 12 + 12 bytes each; false once an unused one was met. */
    boolean oldGnu(byte[] block, int start, int count, Place place) throws QbfsException {
        for (int i = 0; i < count; i++) {
            int at = start + 24 * i;
            if (block[at] == 0 && block[at + 12] == 0) {
                return false;
            }
            long offset = TarHeader.number(block, at, 12, "offset of a sparse extent", place);
            add(offset, TarHeader.number(block, at + 12, 12, "size of a sparse extent", place));
        }
        return true;
    }

    SparseMap build(long realSize) throws QbfsException {
        return map.build(realSize);
    }
}
