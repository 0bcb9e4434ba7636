// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.Tool;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.MemorySource;

/** Streams that the real tools write. */
class ZstdIT {
    private static final Codec ZSTD = new ZstdCodec();
    private static final byte[] PLAIN = Samples.mixed(1_200_000, 41);

    @TempDir
    private Path dir;

    private String listing(byte[] compressed) throws Exception {
        Path file = dir.resolve("stream.zst");
        Files.write(file, compressed);
        return new String(Tool.filter(new byte[0], "zstd", "-lv", file.toString()), StandardCharsets.UTF_8);
    }

    private static void same(byte[] plain, byte[] compressed) {
        Checkpoints checkpoints = new Checkpoints(30_000, 1 << 26);
        CodecCheck.Decoded decoded = CodecCheck.decode(ZSTD, new MemorySource("stream", compressed),
                Checkpoint.START, checkpoints);
        if (decoded.error() != null) {
            throw new AssertionError(decoded.error());
        }
        assertArrayEquals(plain, decoded.bytes());
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            CodecCheck.Decoded rest = CodecCheck.decode(ZSTD, new MemorySource("stream", compressed), checkpoint,
                    CheckpointSink.NONE);
            assertEquals(null, rest.error());
            assertArrayEquals(Arrays.copyOfRange(plain, (int) checkpoint.decodedOffset(), plain.length),
                    rest.bytes());
        }
    }

    @Test
    void everyLevel() throws Exception {
        for (int level = 1; level <= 19; level++) {
            same(PLAIN, Tool.filter(PLAIN, "zstd", "-c", "-" + level));
        }
        same(PLAIN, Tool.filter(PLAIN, "zstd", "-c", "--fast=5"));
        same(PLAIN, Tool.filter(PLAIN, "zstd", "-c", "-T2", "-B524288"));
        same(PLAIN, Tool.filter(PLAIN, "zstd", "-c", "--no-check"));
        same(Samples.noise(400_000, 1), Tool.filter(Samples.noise(400_000, 1), "zstd", "-c"));
        same(new byte[900_000], Tool.filter(new byte[900_000], "zstd", "-c"));
        for (int length : new int[] {0, 1, 2, 5, 10, 100, 1000, 131_072, 131_073}) {
            byte[] plain = Samples.cut(PLAIN, length);
            same(plain, Tool.filter(plain, "zstd", "-c"));
            Path file = dir.resolve("sized");
            Files.write(file, plain);
            same(plain, Tool.filter(new byte[0], "zstd", "-c", "-15", file.toString()));
        }
    }

    @Test
    void textAndManyShapesOfTables() throws Exception {
        Random random = new Random(6);
        for (int i = 0; i < 60; i++) {
            byte[] plain = new byte[random.nextInt(60_000)];
            int alphabet = 1 + random.nextInt(1 << random.nextInt(9));
            for (int j = 0; j < plain.length; j++) {
                plain[j] = (byte) (Math.abs(random.nextGaussian()) * alphabet / 3);
                if (j > 200 && random.nextInt(20) == 0) {
                    int length = Math.min(random.nextInt(300), plain.length - j);
                    System.arraycopy(plain, j - 1 - random.nextInt(199), plain, j, length);
                    j += Math.max(0, length - 1);
                }
            }
            same(plain, Tool.filter(plain, "zstd", "-c", "-" + (1 + random.nextInt(19))));
        }
    }

    @Test
    void largeWindowsAreReadAndTooLargeOnesRefused() throws Exception {
        byte[] plain = Samples.join(PLAIN, Samples.noise(3_000_000, 9), PLAIN);
        byte[] ultra = Tool.filter(plain, "zstd", "-c", "--ultra", "-20", "--long=26");
        assertTrue(listing(ultra).contains("64.0 MiB"), listing(ultra));
        same(plain, ultra);
        byte[] endless = Tool.filter(PLAIN, "zstd", "-c", "--ultra", "-1", "--long=31");
        assertTrue(listing(endless).contains("2.00 GiB"), listing(endless));
        CodecCheck.Decoded refused = CodecCheck.decode(ZSTD, new MemorySource("stream", endless), Checkpoint.START,
                CheckpointSink.NONE);
        assertTrue(refused.error() instanceof ResourceLimit limit && limit.needed() == 1L << 31,
                String.valueOf(refused.error()));
    }

    @Test
    void framesAndSkippableFramesAreOneStream() throws Exception {
        byte[] skippable = {0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
        byte[] first = Tool.filter(Samples.cut(PLAIN, 300_000), "zstd", "-c", "-3");
        byte[] all = Samples.join(skippable, first, skippable, Tool.filter(new byte[0], "zstd", "-c"),
                Tool.filter(PLAIN, "zstd", "-c", "-9", "--no-check"), skippable);
        assertTrue(listing(all).contains("Skippable Frames: 3"), listing(all));
        assertArrayEquals(Samples.join(Samples.cut(PLAIN, 300_000), PLAIN), Tool.filter(all, "zstd", "-dc"));
        CodecCheck.reads(ZSTD, all, Samples.join(Samples.cut(PLAIN, 300_000), PLAIN));
    }

    @Test
    void checkpointsInsideAFrameKeepOnlyWhatIsUsed() throws Exception {
        byte[] plain = Samples.join(PLAIN, Samples.mixed(5_000_000, 42));
        byte[] compressed = Tool.filter(plain, "zstd", "-c", "--zstd=wlog=19");
        Checkpoints checkpoints = new Checkpoints(1 << 16, 1 << 26);
        CodecCheck.decode(ZSTD, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        assertTrue(checkpoints.snapshot().size() >= 8, checkpoints.snapshot().size() + " checkpoints");
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            assertTrue(checkpoint.state().length < 1 << 18, "a state of " + checkpoint.state().length);
        }
        CodecCheck.reads(ZSTD, compressed, plain);
    }

    @Test
    void cutIsTruncatedAndChangedBitsAreFound() throws Exception {
        byte[] plain = Samples.mixed(5000, 43);
        byte[] compressed = Tool.filter(plain, "zstd", "-c", "-5");
        for (int length = 0; length < compressed.length; length++) {
            CodecCheck.cut(ZSTD, compressed, plain, length);
        }
        for (int bit = 0; bit < compressed.length * 8; bit++) {
            byte[] flipped = compressed.clone();
            flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
            CodecCheck.Decoded decoded = CodecCheck.decode(ZSTD, new MemorySource("flipped", flipped),
                    Checkpoint.START, CheckpointSink.NONE);
            // Some bits mean nothing: an unused one of the header, the size of the window, the padding of tables.
            assertTrue(decoded.error() instanceof QbfsException
                    || decoded.error() == null && Arrays.equals(plain, decoded.bytes()),
                    bit + ": " + decoded.error());
        }
        CodecCheck.flips(ZSTD, Tool.filter(Samples.mixed(60_000, 44), "zstd", "-c", "-9", "--no-check"), 3000, 7);
        CodecCheck.corrupt(ZSTD, Samples.join(compressed, new byte[] {1, 2, 3, 4}));
        CodecCheck.Decoded cut = CodecCheck.decode(ZSTD, new MemorySource("cut", Samples.join(compressed,
                new byte[] {1, 2, 3})), Checkpoint.START, CheckpointSink.NONE);
        assertTrue(cut.error() instanceof TruncatedData, String.valueOf(cut.error()));
        assertArrayEquals(plain, cut.bytes());
    }

    @Test
    void dictionaryIsRefusedByName() throws Exception {
        byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x01, 0x50, 0x07};
        CodecCheck.Decoded decoded = CodecCheck.decode(ZSTD, new MemorySource("stream", frame), Checkpoint.START,
                CheckpointSink.NONE);
        assertTrue(decoded.error() instanceof UnsupportedFormat, String.valueOf(decoded.error()));
    }

    @Test
    void damagedCheckpointIsRefused() throws Exception {
        byte[] compressed = Tool.filter(PLAIN, "zstd", "-c", "-3");
        Checkpoints checkpoints = new Checkpoints(1, 1 << 26);
        CodecCheck.decode(ZSTD, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        Checkpoint good = checkpoints.snapshot().getFirst();
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] state = good.state().clone();
            state[random.nextInt(Math.min(state.length, 600))] ^= (byte) (1 << random.nextInt(8));
            CodecCheck.decode(ZSTD, new MemorySource("stream", compressed),
                    new Checkpoint(good.decodedOffset(), good.compressedBit(), state), CheckpointSink.NONE);
        }
    }
}
