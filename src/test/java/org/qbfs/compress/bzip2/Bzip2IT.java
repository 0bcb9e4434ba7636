// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.Tool;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;

/** Streams that the real tools write, with Commons Compress as a second opinion. */
class Bzip2IT {
    private static final Codec BZIP2 = new Bzip2Codec();
    private static final byte[] PLAIN = Samples.mixed(1_300_000, 51);

    private static Checkpoints same(byte[] plain, byte[] compressed) throws Exception {
        Checkpoints checkpoints = new Checkpoints(1, 1 << 20);
        CodecCheck.Decoded decoded = CodecCheck.decode(BZIP2, new MemorySource("stream", compressed),
                Checkpoint.START, checkpoints);
        if (decoded.error() != null) {
            throw decoded.error();
        }
        assertArrayEquals(plain, decoded.bytes());
        try (BZip2CompressorInputStream theirs =
                new BZip2CompressorInputStream(new ByteArrayInputStream(compressed), true)) {
            assertArrayEquals(plain, theirs.readAllBytes());
        }
        return checkpoints;
    }

    @Test
    void everyLevelAndShape() throws Exception {
        for (int level = 1; level <= 9; level++) {
            same(PLAIN, Tool.filter(PLAIN, "bzip2", "-c", "-" + level));
        }
        for (int length : new int[] {0, 1, 3, 4, 5, 50, 255, 256, 300, 1000, 100_001}) {
            same(Samples.cut(PLAIN, length), Tool.filter(Samples.cut(PLAIN, length), "bzip2", "-c"));
            same(new byte[length], Tool.filter(new byte[length], "bzip2", "-c"));
        }
        same(Samples.noise(300_000, 1), Tool.filter(Samples.noise(300_000, 1), "bzip2", "-c", "-1"));
    }

    @Test
    void eachBlockIsAPlaceToStart() throws Exception {
        byte[] one = Tool.filter(PLAIN, "bzip2", "-c", "-1");
        Checkpoints checkpoints = same(PLAIN, one);
        assertTrue(checkpoints.snapshot().size() >= 8, checkpoints.snapshot().size() + " blocks");
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            assertTrue((checkpoint.state().length) < 10);
        }
        CodecCheck.reads(BZIP2, one, PLAIN);
        byte[] joined = Tool.filter(PLAIN, "pbzip2", "-c", "-1", "-p2");
        assertTrue(joined.length > one.length, "pbzip2 writes a stream for each block");
        CodecCheck.reads(BZIP2, joined, PLAIN);
    }

    @Test
    void trailingGarbageIsTreatedAsBzip2Does() throws Exception {
        byte[] plain = Samples.cut(PLAIN, 5000);
        byte[] compressed = Tool.filter(plain, "bzip2", "-c");
        for (byte[] behind : new byte[][] {{1, 2, 3, 4}, new byte[100], "BZx!".getBytes()}) {
            byte[] theirs = Tool.run(Samples.join(compressed, behind), "bzip2", "-dc").out();
            CodecCheck.Decoded ours = CodecCheck.decode(BZIP2,
                    new MemorySource("stream", Samples.join(compressed, behind)), Checkpoint.START,
                    CheckpointSink.NONE);
            assertEquals(null, ours.error());
            assertArrayEquals(theirs, ours.bytes());
        }
    }

    @Test
    void cutIsTruncatedAndChangedBitsAreFound() throws Exception {
        byte[] plain = Samples.mixed(2000, 52);
        byte[] compressed = Tool.filter(plain, "bzip2", "-c");
        for (int length = 0; length < compressed.length; length++) {
            CodecCheck.cut(BZIP2, compressed, plain, length);
        }
        for (int bit = 0; bit < compressed.length * 8; bit++) {
            byte[] flipped = compressed.clone();
            flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
            CodecCheck.Decoded decoded = CodecCheck.decode(BZIP2, new MemorySource("flipped", flipped),
                    Checkpoint.START, CheckpointSink.NONE);
            assertTrue(decoded.error() instanceof QbfsException || Arrays.equals(plain, decoded.bytes()),
                    bit + ": " + decoded.error());
        }
    }

    /** What {@code compressed} gives, and what it ends with, decoded with helpers. */
    private static String helped(byte[] compressed, ExecutorService helpers, ByteArrayOutputStream out) throws IOException {
        byte[] buffer = new byte[30_011];
        try (Decoder decoder = BZIP2.open(new MemorySource("stream", compressed), Checkpoint.START, new Checkpoints(1, 1 << 20), helpers)) {
            for (int got = 0; got >= 0; got = decoder.read(buffer, 0, buffer.length)) {
                out.write(buffer, 0, got);
            }
            return "";
        } catch (QbfsException e) {
            return e.getMessage();
        }
    }

    private static void sameWithHelpers(byte[] compressed, ExecutorService helpers) throws Exception {
        CodecCheck.Decoded alone = CodecCheck.decode(BZIP2, new MemorySource("stream", compressed), Checkpoint.START,
                CheckpointSink.NONE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(alone.error() == null ? "" : alone.error().getMessage(), helped(compressed, helpers, out));
        assertArrayEquals(alone.bytes(), out.toByteArray());
    }

    @Test
    void helpersChangeNoByteAndNoError() throws Exception {
        byte[] one = Tool.filter(PLAIN, "bzip2", "-c", "-1");
        byte[] joined = Tool.filter(PLAIN, "pbzip2", "-c", "-1", "-p2");
        byte[] levels = Samples.join(Tool.filter(PLAIN, "bzip2", "-c", "-2"), one);
        try (ExecutorService helpers = Executors.newFixedThreadPool(3)) {
            for (byte[] compressed : new byte[][] {one, joined, levels, Samples.join(one, new byte[] {0x31, 0x41, 0x59, 0x26, 0x53, 0x59})}) {
                sameWithHelpers(compressed, helpers);
                Random random = new Random(54);
                for (int i = 0; i < 10; i++) {
                    byte[] damaged = compressed.clone();
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                    sameWithHelpers(damaged, helpers);
                    sameWithHelpers(Arrays.copyOf(compressed, random.nextInt(compressed.length)), helpers);
                    // A magic where no block is.
                    byte[] magic = compressed.clone();
                    System.arraycopy(new byte[] {0x31, 0x41, 0x59, 0x26, 0x53, 0x59}, 0, magic, random.nextInt(magic.length - 6), 6);
                    sameWithHelpers(magic, helpers);
                }
            }
        }
    }

    @Test
    void helpersDoTheWork() throws Exception {
        byte[] compressed = Tool.filter(PLAIN, "bzip2", "-c", "-1");
        AtomicInteger begun = new AtomicInteger();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Decoder decoder = BZIP2.open(new MemorySource("stream", compressed), Checkpoint.START, new Checkpoints(1, 1 << 20), task -> {
            begun.incrementAndGet();
            task.run();
        })) {
            byte[] buffer = new byte[100_000];
            for (int got = 0; got >= 0; got = decoder.read(buffer, 0, buffer.length)) {
                out.write(buffer, 0, got);
            }
        }
        assertArrayEquals(PLAIN, out.toByteArray());
        int blocks = same(PLAIN, compressed).snapshot().size() + 1;
        assertTrue(begun.get() >= blocks - 4, begun + " blocks of " + blocks);
    }

    @Test
    void helpersThatNeverBeginAreNotWaitedFor() throws Exception {
        byte[] compressed = Tool.filter(PLAIN, "bzip2", "-c", "-1");
        for (Executor none : new Executor[] {task -> {}, task -> {
            throw new RejectedExecutionException();
        }}) {
            try (Decoder decoder = BZIP2.open(new MemorySource("stream", compressed), Checkpoint.START, new Checkpoints(1, 1 << 20), none)) {
                byte[] all = new byte[PLAIN.length];
                int done = 0;
                for (int got = 0; got >= 0 && done < all.length; done += got) {
                    got = decoder.read(all, done, all.length - done);
                }
                assertArrayEquals(PLAIN, all);
            }
        }
    }
}
