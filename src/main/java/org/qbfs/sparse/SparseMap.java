// SPDX-License-Identifier: Apache-2.0
package org.qbfs.sparse;

import java.util.Arrays;
import java.util.Objects;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;

/**
 * Which ranges of an image hold data, in order, and where each is stored. Immutable; 16 bytes for each
 * extent, found by bisection: upstream's writer finds holes per 512 bytes, so an image can have millions.
 */
public final class SparseMap {
    /** Offset in the image of each extent, and at the end the size of the image. */
    private final long[] imageOffsets;
    /** Offset of each extent in the stored data, and at the end the size of the stored data. */
    private final long[] storedOffsets;

    private final int count;

    private SparseMap(long[] imageOffsets, long[] storedOffsets, int count) {
        this.imageOffsets = imageOffsets;
        this.storedOffsets = storedOffsets;
        this.count = count;
    }

    /** The size of the image, holes included. */
    public long realSize() {
        return imageOffsets[count];
    }

    /** The number of bytes that are stored. */
    public long storedSize() {
        return storedOffsets[count];
    }

    /** The number of extents. */
    public int extents() {
        return count;
    }

    /** Where extent {@code index} begins in the image. */
    public long imageOffset(int index) {
        return imageOffsets[index];
    }

    /** Where extent {@code index} ends in the image. */
    public long imageEnd(int index) {
        return imageOffsets[index] + storedOffsets[index + 1] - storedOffsets[index];
    }

    /** Where extent {@code index} begins in the stored data. */
    public long storedOffset(int index) {
        return storedOffsets[index];
    }

    /** The first extent that ends after {@code imageOffset}, or {@link #extents} where there is none. */
    public int extentAt(long imageOffset) {
        int found = Arrays.binarySearch(imageOffsets, 0, count, imageOffset);
        if (found >= 0) {
            return found;
        }
        int before = -found - 2;
        return before >= 0 && imageOffset < imageEnd(before) ? before : before + 1;
    }

    /** Where byte {@code storedOffset} of the stored data is in the image; there must be such a byte. */
    public long imageOffsetOf(long storedOffset) {
        Objects.checkIndex(storedOffset, storedOffsets[count]);
        int found = Arrays.binarySearch(storedOffsets, 0, count, storedOffset);
        int extent = found < 0 ? -found - 2 : found;
        return imageOffsets[extent] + storedOffset - storedOffsets[extent];
    }

    /** Collects the extents of one image, in order. Not safe for threads. */
    public static final class Builder {
        /** More would need more than a gigabyte for the map of one image. */
        private static final int MOST_EXTENTS = 1 << 26;

        private final String name;
        private long[] imageOffsets = new long[16];
        private long[] storedOffsets = new long[16];
        private int count;
        private long imageEnd;
        private long stored;

        /** A map of the image called {@code name} in messages. */
        public Builder(String name) {
            this.name = name;
        }

        /**
         * Adds {@code length} bytes of data at {@code imageOffset}; an extent of no length is left out, one
         * that touches the last is joined with it.
         *
         * @throws CorruptData if the extent is not behind the last one
         * @throws ResourceLimit if there are too many
         */
        public Builder data(long imageOffset, long length) throws QbfsException {
            if (imageOffset < imageEnd || length < 0 || imageOffset + length < 0) {
                throw new CorruptData(
                        "extent " + count + " of the sparse map, " + length + " bytes at " + imageOffset
                                + ", is not behind the one before it, which ends at " + imageEnd,
                        Place.of(name));
            }
            if (length == 0) {
                return this;
            }
            if (count == 0 || imageOffset > imageEnd) {
                room();
                imageOffsets[count] = imageOffset;
                storedOffsets[count] = stored;
                count++;
            }
            imageEnd = imageOffset + length;
            stored += length;
            return this;
        }

        /**
         * The finished map of an image of {@code realSize} bytes.
         *
         * @throws CorruptData if an extent lies behind the end
         */
        public SparseMap build(long realSize) throws QbfsException {
            if (realSize < imageEnd) {
                throw new CorruptData("the sparse map reaches to " + imageEnd + ", the file only to " + realSize,
                        Place.of(name));
            }
            long[] images = Arrays.copyOf(imageOffsets, count + 1);
            long[] stores = Arrays.copyOf(storedOffsets, count + 1);
            images[count] = realSize;
            stores[count] = stored;
            return new SparseMap(images, stores, count);
        }

        private void room() throws ResourceLimit {
            if (count < imageOffsets.length) {
                return;
            }
            // Growing holds the old and the new arrays for a moment.
            long most = Math.min(MOST_EXTENTS, Runtime.getRuntime().maxMemory() / 96);
            if (count >= most) {
                throw new ResourceLimit("the sparse map has more than " + most + " extents", count + 1L, most,
                        Place.of(name));
            }
            int more = Math.toIntExact(Math.min(most + 1, count * 2L));
            imageOffsets = Arrays.copyOf(imageOffsets, more);
            storedOffsets = Arrays.copyOf(storedOffsets, more);
        }
    }
}
