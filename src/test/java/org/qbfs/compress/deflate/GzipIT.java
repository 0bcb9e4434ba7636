// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

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
import org.qbfs.io.MemorySource;

/** Streams that the real tools write. */
class GzipIT {
    private static final Codec GZIP = new GzipCodec();

    @Test
    void everyLevelOfGzipAndPigz() throws Exception {
        byte[] plain = Samples.mixed(1_500_000, 11);
        for (int level = 1; level <= 9; level++) {
            same(plain, Tool.filter(plain, "gzip", "-c", "-" + level));
            same(plain, Tool.filter(plain, "pigz", "-c", "-" + level));
        }
        same(plain, Tool.filter(plain, "pigz", "-c", "-0"));
        // zopfli: many small blocks, split where it pays.
        byte[] zopfli = Tool.filter(Samples.cut(plain, 300_000), "pigz", "-c", "-11");
        assertTrue(zopfli.length < Tool.filter(Samples.cut(plain, 300_000), "gzip", "-9c").length);
        CodecCheck.reads(GZIP, zopfli, Samples.cut(plain, 300_000));
    }

    private static void same(byte[] plain, byte[] compressed) {
        Checkpoints checkpoints = new Checkpoints(50_000, 1 << 24);
        CodecCheck.Decoded decoded = CodecCheck.decode(GZIP, new MemorySource("stream", compressed),
                Checkpoint.START, checkpoints);
        assertEquals(null, decoded.error());
        assertArrayEquals(plain, decoded.bytes());
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            CodecCheck.Decoded rest = CodecCheck.decode(GZIP, new MemorySource("stream", compressed), checkpoint,
                    CheckpointSink.NONE);
            assertArrayEquals(Arrays.copyOfRange(plain, (int) checkpoint.decodedOffset(), plain.length),
                    rest.bytes());
        }
    }

    @Test
    void randomReadsOfPigzMembersAndOfStoredBlocks() throws Exception {
        byte[] plain = Samples.mixed(1_000_000, 12);
        CodecCheck.reads(GZIP, Tool.filter(plain, "pigz", "-c", "-b", "128"), plain);
        CodecCheck.reads(GZIP, Tool.filter(plain, "gzip", "-c", "-1"), plain);
        byte[] noise = Samples.noise(1_000_000, 13);
        byte[] stored = Tool.filter(noise, "gzip", "-c");
        assertTrue(stored.length > noise.length, "noise is stored");
        CodecCheck.reads(GZIP, stored, noise);
    }

    @Test
    void trailingBytesAreTreatedAsGzipDoes() throws Exception {
        byte[] plain = Samples.mixed(10_000, 14);
        byte[] member = Tool.filter(plain, "gzip", "-c");
        for (byte[] behind : new byte[][] {new byte[3], {'x'}, {0, 0, 'x'}, {0x1f}, Samples.join(new byte[5], member)}) {
            byte[] stream = Samples.join(member, behind);
            byte[] theirs = Tool.run(stream, "gzip", "-dc").out();
            CodecCheck.Decoded ours = CodecCheck.decode(GZIP, new MemorySource("stream", stream), Checkpoint.START,
                    CheckpointSink.NONE);
            assertEquals(null, ours.error());
            assertArrayEquals(theirs, ours.bytes());
        }
    }

    @Test
    void emptyStreamIsTruncatedAsForGzip() throws Exception {
        assertTrue(Tool.run(new byte[0], "gzip", "-dc").exit() != 0);
        CodecCheck.cut(GZIP, new byte[0], new byte[0], 0);
    }

    @Test
    void zlibOfPigz() throws Exception {
        byte[] plain = Samples.mixed(200_000, 15);
        Tool.Result zlib = Tool.run(plain, "pigz", "-cz");
        CodecCheck.reads(new ZlibCodec(), zlib.out(), plain);
    }
}
