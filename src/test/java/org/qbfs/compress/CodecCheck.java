// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

/** What every codec must do with any stream. */
public final class CodecCheck {
    private CodecCheck() {}

    /** Decoded bytes up to the end or an error. */
    public record Decoded(byte[] bytes, IOException error) {}

    /** Sequential and random reads, from several threads, with and without read-ahead and checkpoints. */
    public static void reads(Codec codec, byte[] compressed, byte[] truth) throws Exception {
        Decoded all = decode(codec, new MemorySource("stream", compressed), Checkpoint.START, CheckpointSink.NONE);
        if (all.error() != null) {
            throw all.error();
        }
        assertArrayEquals(truth, all.bytes());
        Checkpoints checkpoints = new Checkpoints(20_000, 64 << 20);
        BlockCache small = new BlockCache(200_000, 4096 + 7, 3);
        ByteSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), codec, small,
                checkpoints, ReadAhead.NONE);
        ByteSourceContract.check(source, truth);
        assertEquals(truth.length, checkpoints.decodedSize().orElseThrow());
        fromEachCheckpoint(codec, compressed, truth, checkpoints.snapshot());
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            ByteSourceContract.check(new DecodedSource("ahead", new MemorySource("stream", compressed), codec,
                    new BlockCache(1 << 20, 3000, 4), copy(checkpoints.snapshot()),
                    new ReadAhead(pool, 100_000)), truth);
            ByteSourceContract.check(new DecodedSource("ahead, nothing known", new MemorySource("stream", compressed),
                    codec, new BlockCache(1 << 20, 3000, 4), new Checkpoints(10_000, 1 << 20),
                    new ReadAhead(pool, 100_000)), truth);
        }
    }

    private static Checkpoints copy(List<Checkpoint> checkpoints) {
        Checkpoints copy = new Checkpoints(20_000, 64 << 20);
        checkpoints.forEach(copy::add);
        return copy;
    }

    private static void fromEachCheckpoint(Codec codec, byte[] compressed, byte[] truth, List<Checkpoint> checkpoints) {
        int step = Math.max(1, checkpoints.size() / 20);
        for (int i = 0; i < checkpoints.size(); i += step) {
            Checkpoint checkpoint = checkpoints.get(i);
            Decoded rest = decode(codec, new MemorySource("stream", compressed), checkpoint, CheckpointSink.NONE);
            assertEquals(null, rest.error());
            assertArrayEquals(Arrays.copyOfRange(truth, (int) checkpoint.decodedOffset(), truth.length), rest.bytes());
        }
    }

    /** Cut anywhere: a typed error, and what was delivered before is a part of the truth. */
    public static void cut(Codec codec, byte[] compressed, byte[] truth, int length) {
        Decoded part = decode(codec, new MemorySource("cut", Arrays.copyOf(compressed, length)), Checkpoint.START,
                CheckpointSink.NONE);
        String what = codec.name() + " cut at " + length + " of " + compressed.length;
        assertTrue(part.error() instanceof TruncatedData, what + ": " + part.error());
        assertArrayEquals(Arrays.copyOf(truth, part.bytes().length), part.bytes(), what);
    }

    /** A flipped bit: an error of ours or other bytes, but no hang and nothing unchecked. */
    public static void flips(Codec codec, byte[] compressed, int count, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            byte[] flipped = compressed.clone();
            int bit = random.nextInt(flipped.length * 8);
            flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
            Decoded decoded = decode(codec, new MemorySource("flipped", flipped), Checkpoint.START,
                    new Checkpoints(5000, 1 << 20));
            assertTrue(decoded.error() == null || decoded.error() instanceof QbfsException,
                    "bit " + bit + ": " + decoded.error());
        }
    }

    public static void corrupt(Codec codec, byte[] compressed) {
        Decoded decoded = decode(codec, new MemorySource("damaged", compressed), Checkpoint.START,
                CheckpointSink.NONE);
        assertTrue(decoded.error() instanceof CorruptData, String.valueOf(decoded.error()));
    }

    public static Decoded decode(Codec codec, ByteSource compressed, Checkpoint from, CheckpointSink sink) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[7919];
        try (Decoder decoder = codec.open(compressed, from, sink)) {
            for (;;) {
                assertEquals(from.decodedOffset() + all.size(), decoder.position());
                int got = decoder.read(buffer, 0, buffer.length);
                if (got < 0) {
                    return new Decoded(all.toByteArray(), null);
                }
                assertTrue(got > 0 && got <= buffer.length);
                all.write(buffer, 0, got);
                if (all.size() > 1 << 28) {
                    throw new AssertionError("endless");
                }
            }
        } catch (IOException e) {
            return new Decoded(all.toByteArray(), e);
        }
    }
}
