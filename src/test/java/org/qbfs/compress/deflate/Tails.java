// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.io.MemorySource;

/** The ends of gzip streams, compared with what was compressed. */
final class Tails {
    private Tails() {}

    /** How many bytes are salvaged of {@code stream} behind its byte {@code from}; they must be the last ones of {@code plain}. */
    static int salvaged(byte[] stream, int from, byte[] plain) throws IOException {
        // What is lost must not be of any use.
        byte[] left = stream.clone();
        Arrays.fill(left, 0, from, (byte) 0x55);
        Optional<DecodedSource> tail = tail(left, from);
        if (tail.isEmpty()) {
            return 0;
        }
        int size = Math.toIntExact(tail.get().size());
        byte[] expected = Arrays.copyOfRange(plain, plain.length - size, plain.length);
        assertArrayEquals(expected, tail.get().readBytes(0, size));
        Random random = new Random(from);
        for (int i = 0; i < 10; i++) {
            int at = random.nextInt(size);
            int length = Math.min(size - at, random.nextInt(20_000));
            assertArrayEquals(Arrays.copyOfRange(expected, at, at + length), tail.get().readBytes(at, length));
        }
        assertEquals(0, tail.get().read(size, java.nio.ByteBuffer.allocate(1)));
        return size;
    }

    static Optional<DecodedSource> tail(byte[] stream, int from) throws IOException {
        return new GzipTail(new MemorySource("stream", stream), new BlockCache(1 << 20, 50_000, 2),
                () -> new Checkpoints(100_000, 1 << 20), new ReadAhead(Runnable::run, 0)).find(from);
    }

    static byte[] gzip(byte[] plain, int level, int strategy, int flushEvery) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3});
        Deflater deflater = new Deflater(level, true);
        deflater.setStrategy(strategy);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(out, deflater, 4096, true)) {
            for (int at = 0; at < plain.length; at += flushEvery) {
                deflate.write(plain, at, Math.min(flushEvery, plain.length - at));
                if (flushEvery < plain.length) {
                    deflate.flush();
                }
            }
        }
        deflater.end();
        CRC32 sum = new CRC32();
        sum.update(plain);
        for (long number : new long[] {sum.getValue(), plain.length}) {
            for (int i = 0; i < 4; i++) {
                out.write((int) (number >>> 8 * i));
            }
        }
        return out.toByteArray();
    }
}
