// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.deflate.GzipCodec;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class DecodedSourceTest {
    private static final Codec GZIP = new GzipCodec();
    private static final int BLOCK = 4096;

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    /** Counts what is decoded, and can fail at a decoded offset. */
    private static final class Watched implements Codec {
        final AtomicLong decoded = new AtomicLong();
        final AtomicInteger opened = new AtomicInteger();
        volatile CountDownLatch gate = new CountDownLatch(0);
        volatile long gateAt = Long.MAX_VALUE;

        @Override
        public String name() {
            return "watched";
        }

        @Override
        public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
            opened.incrementAndGet();
            Decoder decoder = GZIP.open(compressed, from, sink);
            return new Decoder() {
                @Override
                public long position() {
                    return decoder.position();
                }

                @Override
                public int read(byte[] dst, int offset, int length) throws IOException {
                    if (decoder.position() >= gateAt) {
                        try {
                            gate.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    int got = decoder.read(dst, offset, length);
                    decoded.addAndGet(Math.max(0, got));
                    return got;
                }

                @Override
                public void close() {
                    decoder.close();
                }
            };
        }
    }

    /** A source with a range that fails while {@code broken}. */
    private static final class Breaking implements ByteSource {
        private final byte[] bytes;
        private final int start;
        private final int end;
        volatile boolean broken = true;
        final AtomicInteger failures = new AtomicInteger();

        Breaking(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            this.start = start;
            this.end = end;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            int length = Math.min(dst.remaining(), (int) Math.max(0, bytes.length - position));
            if (broken && position < end && position + length > start) {
                failures.incrementAndGet();
                throw new CorruptData("the chunk is damaged", Place.of("chunk", 0, 5));
            }
            dst.put(bytes, (int) position, length);
            return length;
        }

        @Override
        public String name() {
            return "breaking";
        }
    }

    @Test
    void forwardReadingDecodesEachByteOnce() throws Exception {
        byte[] plain = Samples.mixed(500_000, 21);
        Watched codec = new Watched();
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", gzip(plain)), codec,
                new BlockCache(100_000, BLOCK, 2), new Checkpoints(), ReadAhead.NONE);
        assertArrayEquals(plain, ByteSourceContract.readAll(source));
        assertEquals(plain.length, codec.decoded.get());
        assertEquals(1, codec.opened.get());
    }

    @Test
    void farReadDecodesLittleMoreThanTheDistanceOfCheckpoints() throws Exception {
        byte[] plain = Samples.mixed(4_000_000, 22);
        Checkpoints checkpoints = new Checkpoints(300_000, 1 << 24);
        CodecCheck.decode(GZIP, new MemorySource("stream", gzip(plain)), Checkpoint.START, checkpoints);
        Watched codec = new Watched();
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", gzip(plain)), codec,
                new BlockCache(1, BLOCK, 0), checkpoints, ReadAhead.NONE);
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            long before = codec.decoded.get();
            ByteSourceContract.readAndCompare(source, plain, random.nextInt(plain.length - 100), 100);
            assertTrue(codec.decoded.get() - before < 300_000 + (128 << 10) + 2 * BLOCK,
                    "decoded " + (codec.decoded.get() - before));
        }
    }

    @Test
    void readersOfOneBlockWaitForOneLoadAndOthersGoOn() throws Exception {
        byte[] plain = Samples.mixed(2_000_000, 23);
        Checkpoints checkpoints = new Checkpoints(200_000, 1 << 24);
        byte[] compressed = gzip(plain);
        CodecCheck.decode(GZIP, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        Watched codec = new Watched();
        codec.gate = new CountDownLatch(1);
        codec.gateAt = 1_500_000;
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), codec,
                new BlockCache(1 << 20, BLOCK, 2), checkpoints, ReadAhead.NONE);
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            List<Future<byte[]>> waiting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                waiting.add(pool.submit(() -> source.readBytes(1_700_000, 100)));
            }
            for (int i = 0; i < 20; i++) {
                ByteSourceContract.readAndCompare(source, plain, i * 60_000, 5000);
            }
            int openedByOthers = codec.opened.get();
            codec.gate.countDown();
            for (Future<byte[]> one : waiting) {
                assertArrayEquals(Arrays.copyOfRange(plain, 1_700_000, 1_700_100), one.get(20, TimeUnit.SECONDS));
            }
            assertTrue(codec.opened.get() <= openedByOthers + 1);
        }
    }

    @Test
    void damageIsLocalAndForgottenWhenTheMediumRecovers() throws Exception {
        byte[] plain = Samples.mixed(3_000_000, 24);
        byte[] compressed = gzip(plain);
        Checkpoints checkpoints = new Checkpoints(200_000, 1 << 24);
        CodecCheck.decode(GZIP, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        Breaking breaking = new Breaking(compressed, compressed.length / 2, compressed.length / 2 + 10);
        Watched codec = new Watched();
        DecodedSource source = new DecodedSource("decoded", breaking, codec, new BlockCache(100_000, BLOCK, 2),
                checkpoints, ReadAhead.NONE);
        List<Integer> bad = new ArrayList<>();
        for (int at = 0; at < plain.length; at += 1000) {
            int length = Math.min(1000, plain.length - at);
            try {
                ByteSourceContract.readAndCompare(source, plain, at, length);
            } catch (CorruptData e) {
                assertTrue(e.getMessage().startsWith("decoded [" + at + ", " + (at + length) + ") → chunk [0, 5)"),
                        e.getMessage());
                bad.add(at);
            }
        }
        assertTrue(!bad.isEmpty() && bad.size() < 250, bad.size() + " reads failed");
        assertEquals(bad.getLast() - bad.getFirst(), (bad.size() - 1) * 1000, "in one piece");
        // The byte that the decoder cannot have is the first one lost: the read before it is whole.
        long decoded = codec.decoded.get();
        for (int i = 0; i < 1000; i++) {
            assertThrows(CorruptData.class, () -> source.readBytes(bad.getFirst() + 500, 1000));
        }
        assertTrue(codec.decoded.get() - decoded < 3_000_000, "a thousand failing reads decode little");
        breaking.broken = false;
        TimeUnit.NANOSECONDS.sleep(KnownDamage.MIN_NANOS + 100_000_000L);
        for (int at : bad) {
            ByteSourceContract.readAndCompare(source, plain, at, 1000);
        }
    }

    @Test
    void damageInTheStreamLeavesAllBytesBeforeItReadable() throws Exception {
        byte[] plain = Samples.mixed(600_000, 25);
        byte[] compressed = gzip(plain);
        for (int cut : new int[] {compressed.length - 1, compressed.length - 9, compressed.length / 2, 5000, 20}) {
            byte[] part = Samples.cut(compressed, cut);
            int readable = CodecCheck.decode(GZIP, new MemorySource("stream", part), Checkpoint.START,
                    CheckpointSink.NONE).bytes().length;
            DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", part), GZIP,
                    new BlockCache(1 << 20, BLOCK, 2), new Checkpoints(50_000, 1 << 20), ReadAhead.NONE);
            assertThrows(TruncatedData.class, source::size);
            ByteSourceContract.readAndCompare(source, plain, 0, readable);
            for (int back = 1; back <= Math.min(readable, 10_000); back += 611) {
                ByteSourceContract.readAndCompare(source, plain, readable - back, back);
            }
            assertThrows(TruncatedData.class, () -> source.read(readable, ByteBuffer.allocate(1)));
            assertThrows(TruncatedData.class, () -> source.read(plain.length + 100_000, ByteBuffer.allocate(1)));
            assertThrows(TruncatedData.class, source::size);
        }
    }

    @Test
    void failingReadAheadDoesNotHarmTheReader() throws Exception {
        byte[] plain = Samples.mixed(400_000, 26);
        byte[] compressed = gzip(plain);
        ReadAhead refusing = new ReadAhead(task -> {
            throw new RejectedExecutionException();
        }, 100_000);
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), GZIP,
                new BlockCache(1 << 20, BLOCK, 2), new Checkpoints(), refusing);
        assertArrayEquals(plain, ByteSourceContract.readAll(source));
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            byte[] part = Samples.cut(compressed, compressed.length / 2);
            int readable = CodecCheck.decode(GZIP, new MemorySource("stream", part), Checkpoint.START,
                    CheckpointSink.NONE).bytes().length;
            DecodedSource cut = new DecodedSource("decoded", new MemorySource("stream", part), GZIP,
                    new BlockCache(1 << 20, BLOCK, 2), new Checkpoints(30_000, 1 << 20),
                    new ReadAhead(pool, 100_000));
            for (int at = 0; at < readable; at += 1000) {
                ByteSourceContract.readAndCompare(cut, plain, at, Math.min(1000, readable - at));
            }
            assertThrows(TruncatedData.class, () -> cut.read(readable, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void readAheadDecodesSegmentsOnSeveralThreads() throws Exception {
        byte[] plain = Samples.mixed(4_000_000, 27);
        byte[] compressed = gzip(plain);
        Checkpoints checkpoints = new Checkpoints(200_000, 1 << 24);
        CodecCheck.decode(GZIP, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            // Nobody goes on before two have begun: in turns they would wait in vain.
            CountDownLatch twoAtWork = new CountDownLatch(2);
            AtomicInteger waitedInVain = new AtomicInteger();
            Watched watched = new Watched();
            Codec codec = new Codec() {
                @Override
                public String name() {
                    return "meeting";
                }

                @Override
                public Decoder open(ByteSource source, Checkpoint from, CheckpointSink sink) throws IOException {
                    if (from.decodedOffset() > 0) {
                        twoAtWork.countDown();
                        try {
                            if (!twoAtWork.await(20, TimeUnit.SECONDS)) {
                                waitedInVain.incrementAndGet();
                            }
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    return watched.open(source, from, sink);
                }
            };
            DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), codec,
                    new BlockCache(16 << 20, BLOCK, 8), checkpoints, new ReadAhead(pool, 1_500_000));
            assertArrayEquals(plain, source.readBytes(0, plain.length));
            assertEquals(0, waitedInVain.get());
            assertTrue(watched.decoded.get() < plain.length * 1.5, "decoded " + watched.decoded.get());
        }
    }

    /** Blocks that were decoded ahead must not be dropped by a full cache before they are read. */
    @Test
    void readAheadIsNotWastedOnAFullCache() throws Exception {
        byte[] plain = Samples.mixed(6_000_000, 31);
        byte[] compressed = gzip(plain);
        Checkpoints checkpoints = new Checkpoints(100_000, 1 << 24);
        CodecCheck.decode(GZIP, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        try (ThreadPoolExecutor pool = new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>())) {
            Watched codec = new Watched();
            DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), codec,
                    new BlockCache(2_400_000, BLOCK, 4), checkpoints, new ReadAhead(pool, 1 << 20));
            ByteBuffer dst = ByteBuffer.allocate(3000);
            for (int at = 0; at < plain.length; at += 3000) {
                // A reader that does not wait may overtake what is decoded ahead, and decode it as well.
                while (pool.getCompletedTaskCount() < pool.getTaskCount()) {
                    Thread.onSpinWait();
                }
                dst.clear();
                source.read(at, dst);
            }
            assertTrue(codec.decoded.get() < plain.length * 1.1, "decoded " + codec.decoded.get());
        }
    }

    @Test
    void sizeIsFoundOnceWhileOthersRead() throws Exception {
        byte[] plain = Samples.mixed(2_000_000, 28);
        Watched codec = new Watched();
        Checkpoints checkpoints = new Checkpoints(100_000, 1 << 24);
        AtomicLong heard = new AtomicLong(-1);
        List<Checkpoint> added = java.util.Collections.synchronizedList(new ArrayList<>());
        checkpoints.listen(new Checkpoints.Listener() {
            @Override
            public void added(Checkpoint checkpoint) {
                added.add(checkpoint);
            }

            @Override
            public void sized(long decodedSize) {
                heard.set(decodedSize);
            }
        });
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", gzip(plain)), codec,
                new BlockCache(1 << 20, BLOCK, 4), checkpoints, ReadAhead.NONE);
        try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
            List<Future<Long>> sizes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                sizes.add(pool.submit(source::size));
            }
            ByteSourceContract.randomReads(source, plain, new Random(1), 100);
            for (Future<Long> size : sizes) {
                assertEquals(plain.length, size.get());
            }
        }
        assertEquals(plain.length, heard.get());
        assertEquals(checkpoints.snapshot().size(), added.size());
    }

    @Test
    void checkpointsStayWithinTheirMemory() throws Exception {
        byte[] plain = Samples.noise(6_000_000, 29);
        Checkpoints checkpoints = new Checkpoints(50_000, 700_000);
        CodecCheck.decode(GZIP, new MemorySource("stream", gzip(plain)), Checkpoint.START, checkpoints);
        assertTrue(checkpoints.memory() <= 700_000);
        assertTrue(checkpoints.snapshot().size() >= 8, "kept " + checkpoints.snapshot().size());
        long last = 0;
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            assertTrue(checkpoint.decodedOffset() - last < 2_500_000, "gap before " + checkpoint.decodedOffset());
            last = checkpoint.decodedOffset();
        }
    }

    @Test
    void closedSourceFreesItsBlocks() throws Exception {
        BlockCache cache = new BlockCache(1 << 20, BLOCK, 4);
        byte[] plain = Samples.mixed(50_000, 30);
        Watched codec = new Watched();
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", gzip(plain)), codec, cache,
                new Checkpoints(), ReadAhead.NONE);
        source.readBytes(0, 1000);
        assertSame(1, codec.opened.get());
        source.close();
        source.readBytes(0, 1000);
        assertEquals(2, codec.opened.get());
    }
}
