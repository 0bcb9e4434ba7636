// SPDX-License-Identifier: Apache-2.0
package org.qbfs.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class SparseSourceTest {
    /** An image of {@code size} bytes with data at the given {@code [start, end)} pairs. */
    private static void check(int size, int... ranges) throws Exception {
        byte[] image = new byte[size];
        Random random = new Random(7);
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        SparseMap.Builder builder = new SparseMap.Builder("image");
        long[] seams = new long[ranges.length];
        for (int i = 0; i < ranges.length; i += 2) {
            byte[] data = new byte[ranges[i + 1] - ranges[i]];
            random.nextBytes(data);
            stored.write(data);
            System.arraycopy(data, 0, image, ranges[i], data.length);
            builder.data(ranges[i], data.length);
            seams[i] = ranges[i];
            seams[i + 1] = ranges[i + 1];
        }
        SparseMap map = builder.build(size);
        assertEquals(stored.size(), map.storedSize());
        ByteSourceContract.check(
                new SparseSource("image", new MemorySource("stored", stored.toByteArray()), map), image, seams);
    }

    @Test
    void showsHolesAsZerosAndDataInItsPlace() throws Exception {
        check(0);
        check(1);
        check(200_000);
        check(1, 0, 1);
        check(1000, 0, 1000);
        check(1000, 999, 1000);
        check(1000, 0, 1, 500, 600);
        check(200_000, 512, 1024, 1024, 1536, 1537, 1538, 70_000, 199_999);
        check(200_000, 512, 1024, 5000, 5000, 6000, 6001, 200_000, 200_000);
    }

    @Test
    void joinsExtentsThatTouch() throws Exception {
        SparseMap map = new SparseMap.Builder("image").data(0, 512).data(512, 512).data(2048, 1).build(4096);
        assertEquals(2, map.extents());
        assertEquals(1024, map.imageEnd(0));
        assertEquals(1, map.extentAt(1024));
        assertEquals(2, map.extentAt(2049));
    }

    @Test
    void storedBytesHaveOnePlaceInTheImage() throws Exception {
        SparseMap map = new SparseMap.Builder("image").data(100, 10).data(200, 1).data(300, 5).build(400);
        int stored = 0;
        for (int extent = 0; extent < map.extents(); extent++) {
            for (long at = map.imageOffset(extent); at < map.imageEnd(extent); at++) {
                assertEquals(at, map.imageOffsetOf(stored++));
            }
        }
        assertThrows(IndexOutOfBoundsException.class, () -> map.imageOffsetOf(16));
        assertThrows(IndexOutOfBoundsException.class, () -> map.imageOffsetOf(-1));
    }

    @Test
    void bisectionAgreesWithAWalkOverManyExtents() throws Exception {
        Random random = new Random(3);
        SparseMap.Builder builder = new SparseMap.Builder("image");
        int[] extentOf = new int[3_000_000];
        Arrays.fill(extentOf, -1);
        int at = 0;
        int count = 0;
        while (at < 2_900_000) {
            int start = at + 1 + random.nextInt(20);
            int length = 1 + random.nextInt(20);
            builder.data(start, length);
            Arrays.fill(extentOf, at, start + length, count++);
            at = start + length;
        }
        SparseMap map = builder.build(3_000_000);
        assertEquals(count, map.extents());
        for (int offset = 0; offset < at; offset += 1 + random.nextInt(5)) {
            assertEquals(extentOf[offset], map.extentAt(offset));
        }
        assertEquals(count, map.extentAt(at));
    }

    @Test
    void refusesMapsThatCannotBe() {
        assertThrows(CorruptData.class, () -> new SparseMap.Builder("i").data(10, 5).data(14, 1));
        assertThrows(CorruptData.class, () -> new SparseMap.Builder("i").data(10, -5));
        assertThrows(CorruptData.class, () -> new SparseMap.Builder("i").data(-1, 5));
        assertThrows(CorruptData.class, () -> new SparseMap.Builder("i").data(Long.MAX_VALUE - 1, 5));
        assertThrows(CorruptData.class, () -> new SparseMap.Builder("i").data(10, 5).build(14));
    }

    @Test
    void namesTheRangeWhereStoredDataIsMissing() throws Exception {
        SparseMap map = new SparseMap.Builder("image").data(100, 50).build(200);
        SparseSource source = new SparseSource("image", new MemorySource("stored", new byte[20]), map);
        assertEquals(110, source.read(0, ByteBuffer.allocate(110)));
        assertThrows(TruncatedData.class, () -> source.read(0, ByteBuffer.allocate(121)));
        assertEquals(50, source.read(150, ByteBuffer.allocate(60)));
    }
}
