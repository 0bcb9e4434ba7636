// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.Tool;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;

/** Streams that the real tools write. */
class Lz4IT {
    private static final Codec LZ4 = new Lz4Codec();
    private static final byte[] PLAIN = Samples.mixed(1_000_000, 61);

    private static void same(byte[] plain, byte[] compressed) {
        CodecCheck.Decoded decoded = CodecCheck.decode(LZ4, new MemorySource("stream", compressed),
                Checkpoint.START, new Checkpoints(1000, 1 << 24));
        if (decoded.error() != null) {
            throw new AssertionError(decoded.error());
        }
        assertArrayEquals(plain, decoded.bytes());
    }

    @Test
    void everyLevelAndBlockSize() throws Exception {
        for (String level : new String[] {"-1", "-3", "-9", "-12", "--fast=4"}) {
            same(PLAIN, Tool.filter(PLAIN, "lz4", "-c", level));
        }
        for (String size : new String[] {"-B4", "-B5", "-B6", "-B7", "-B4D", "-BX", "--no-frame-crc"}) {
            CodecCheck.reads(LZ4, Tool.filter(PLAIN, "lz4", "-c", size.substring(0, Math.min(size.length(), 20))),
                    PLAIN);
        }
        CodecCheck.reads(LZ4, Tool.filter(PLAIN, "lz4", "-c", "-B4", "-BD", "-BX"), PLAIN);
        same(PLAIN, Tool.filter(PLAIN, "lz4", "-c", "-l"));
        same(new byte[3_000_000], Tool.filter(new byte[3_000_000], "lz4", "-c"));
        same(Samples.noise(500_000, 2), Tool.filter(Samples.noise(500_000, 2), "lz4", "-c"));
        same(new byte[0], Tool.filter(new byte[0], "lz4", "-c"));
    }

    @Test
    void framesAreOneStreamAndAnEmptyStreamIsEmpty() throws Exception {
        byte[] skippable = {0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
        byte[] two = Samples.join(Tool.filter(PLAIN, "lz4", "-c"), skippable, Tool.filter(PLAIN, "lz4", "-c", "-B4"));
        assertArrayEquals(Samples.join(PLAIN, PLAIN), Tool.filter(two, "lz4", "-dc"));
        CodecCheck.reads(LZ4, two, Samples.join(PLAIN, PLAIN));
        assertEquals(0, Tool.filter(new byte[0], "lz4", "-dc").length);
        same(new byte[0], new byte[0]);
    }

    @Test
    void cutIsTruncatedAndChangedBitsAreFound() throws Exception {
        byte[] plain = Samples.mixed(3000, 62);
        byte[] compressed = Tool.filter(plain, "lz4", "-c", "-BX", "--content-size");
        for (int length = 1; length < compressed.length; length++) {
            CodecCheck.cut(LZ4, compressed, plain, length);
        }
        for (int bit = 0; bit < compressed.length * 8; bit++) {
            byte[] flipped = compressed.clone();
            flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
            CodecCheck.Decoded decoded = CodecCheck.decode(LZ4, new MemorySource("flipped", flipped),
                    Checkpoint.START, CheckpointSink.NONE);
            assertTrue(decoded.error() instanceof QbfsException || Arrays.equals(plain, decoded.bytes()),
                    bit + ": " + decoded.error());
        }
        CodecCheck.flips(LZ4, Tool.filter(Samples.mixed(30_000, 63), "lz4", "-c", "--no-frame-crc"), 2000, 8);
        CodecCheck.flips(LZ4, Tool.filter(Samples.mixed(30_000, 63), "lz4", "-c", "-l"), 1000, 9);
    }
}
