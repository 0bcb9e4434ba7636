// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What every {@link ByteSource} must do, checked against the bytes that it stands for. */
public final class ByteSourceContract {
    private static final long SEED = 20260101;

    private ByteSourceContract() {}

    /** Checks {@code source} against {@code truth}, with positions around each of {@code seams}. */
    public static void check(ByteSource source, byte[] truth, long... seams) throws Exception {
        assertArrayEquals(truth, Arrays.copyOf(readAll(source), truth.length), "sequential read");
        assertEquals(truth.length, source.size(), "size");
        edges(source, truth);
        for (long seam : seams) {
            for (long position = Math.max(0, seam - 3); position <= seam + 3; position++) {
                for (int length : new int[] {1, 2, 7, 100}) {
                    readAndCompare(source, truth, position, length);
                }
            }
        }
        randomReads(source, truth, new Random(SEED), 300);
        manyThreads(source, truth);
    }

    private static void edges(ByteSource source, byte[] truth) throws IOException {
        readAndCompare(source, truth, 0, 0);
        readAndCompare(source, truth, truth.length, 10);
        readAndCompare(source, truth, truth.length + 1L, 10);
        readAndCompare(source, truth, Long.MAX_VALUE / 2, 10);
        readAndCompare(source, truth, Math.max(0, truth.length - 1), 10);
        readAndCompare(source, truth, 0, Math.min(truth.length + 10, 1 << 24));
        assertThrows(IllegalArgumentException.class, () -> source.read(-1, ByteBuffer.allocate(1)));
        if (truth.length > 0) {
            assertThrows(RuntimeException.class,
                    () -> source.read(0, ByteBuffer.allocate(1).asReadOnlyBuffer()));
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(64).position(5).limit(40);
        int got = source.read(0, direct);
        assertEquals(Math.min(35, truth.length), got);
        assertEquals(5 + got, direct.position());
        assertEquals(40, direct.limit());
    }

    /** Random positions and lengths, most of them small. */
    public static void randomReads(ByteSource source, byte[] truth, Random random, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            long position = truth.length == 0 ? 0 : random.nextLong(truth.length + 20L);
            int length = random.nextInt(1 << (1 + random.nextInt(17)));
            readAndCompare(source, truth, position, length);
        }
    }

    private static void manyThreads(ByteSource source, byte[] truth) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Random random = new Random(SEED + i);
                all.add(pool.submit(() -> {
                    randomReads(source, truth, random, 60);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** One read, compared in its length, its bytes and the bytes around it. */
    public static void readAndCompare(ByteSource source, byte[] truth, long position, int length) throws IOException {
        ByteBuffer dst = ByteBuffer.allocate(length + 8);
        Arrays.fill(dst.array(), (byte) 0x5a);
        dst.position(4).limit(4 + length);
        int expected = (int) Math.max(0, Math.min(length, truth.length - position));
        String what = source.name() + " read(" + position + ", " + length + ")";
        assertEquals(expected, source.read(position, dst), what);
        assertEquals(4 + expected, dst.position(), what);
        byte[] around = new byte[length + 8];
        Arrays.fill(around, (byte) 0x5a);
        if (expected > 0) {
            System.arraycopy(truth, (int) position, around, 4, expected);
        }
        // Bytes behind the returned length but inside the buffer are the source's to scribble on.
        System.arraycopy(dst.array(), 4 + expected, around, 4 + expected, length - expected);
        assertArrayEquals(around, dst.array(), what);
    }

    /** All bytes, by reads of odd lengths. */
    public static byte[] readAll(ByteSource source) throws IOException {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        ByteBuffer dst = ByteBuffer.allocate(65_521);
        while (source.read(all.size(), dst) > 0) {
            all.write(dst.array(), 0, dst.position());
            dst.clear();
        }
        return all.toByteArray();
    }
}
