// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.Tool;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.CorruptData;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

/** Streams that the real tools write. */
class XzIT {
    private static final Codec XZ = new XzCodec();
    private static final Codec LZMA = new LzmaCodec();
    private static final byte[] PLAIN = Samples.mixed(700_000, 31);

    @TempDir
    private Path dir;

    private int blocksOf(byte[] compressed) throws Exception {
        Path file = dir.resolve("stream.xz");
        Files.write(file, compressed);
        String listing = new String(Tool.filter(new byte[0], "xz", "--list", "--robot", file.toString()));
        return Integer.parseInt(listing.lines().filter(line -> line.startsWith("file")).findFirst().orElseThrow()
                .split("\t")[2]);
    }

    private static void same(Codec codec, byte[] plain, byte[] compressed) {
        CodecCheck.Decoded decoded = CodecCheck.decode(codec, new MemorySource("stream", compressed),
                Checkpoint.START, new Checkpoints(1000, 1 << 20));
        assertEquals(null, decoded.error());
        assertArrayEquals(plain, decoded.bytes());
    }

    @Test
    void everyLevelCheckAndFilter() throws Exception {
        for (int level = 0; level <= 9; level++) {
            same(XZ, PLAIN, Tool.filter(PLAIN, "xz", "-c", "-" + level));
        }
        for (String check : new String[] {"none", "crc32", "crc64", "sha256"}) {
            same(XZ, PLAIN, Tool.filter(PLAIN, "xz", "-c", "-0", "--block-size=100000", "--check=" + check));
        }
        for (String filter : new String[] {"--x86", "--arm", "--armthumb", "--powerpc", "--ia64", "--sparc",
            "--delta=dist=4", "--x86=start=4096"}) {
            same(XZ, PLAIN, Tool.filter(PLAIN, "xz", "-c", filter, "--lzma2=preset=1"));
        }
        same(XZ, new byte[0], Tool.filter(new byte[0], "xz", "-c"));
    }

    @Test
    void manyBlocksAndStreamsAreReadFromTheNearest() throws Exception {
        byte[] blocks = Tool.filter(PLAIN, "xz", "-c", "-1", "--block-size=40000");
        assertEquals(18, blocksOf(blocks));
        CodecCheck.reads(XZ, blocks, PLAIN);
        byte[] threads = Tool.filter(PLAIN, "xz", "-c", "-1", "-T2", "--block-size=50000");
        assertEquals(14, blocksOf(threads));
        CodecCheck.reads(XZ, threads, PLAIN);
        byte[] streams = Samples.join(blocks, new byte[8], threads, Tool.filter(new byte[0], "xz", "-c"), new byte[4]);
        CodecCheck.reads(XZ, streams, Samples.join(PLAIN, PLAIN));
    }

    @Test
    void oneBlockIsReadInOneGo() throws Exception {
        byte[] one = Tool.filter(Samples.cut(PLAIN, 60_000), "xz", "-c", "-T1");
        assertEquals(1, blocksOf(one));
        CodecCheck.reads(XZ, one, Samples.cut(PLAIN, 60_000));
    }

    /** The index at the end tells of all blocks, and of the size, before anything is decoded. */
    @Test
    void indexTellsOfAllBlocks() throws Exception {
        byte[] blocks = Samples.join(Tool.filter(PLAIN, "xz", "-c", "-1", "--block-size=40000"), new byte[4],
                Tool.filter(PLAIN, "xz", "-c", "-1", "--block-size=300000"));
        Checkpoints checkpoints = new Checkpoints(1, 1 << 20);
        assertEquals(2 * PLAIN.length, XZ.survey(new MemorySource("stream", blocks), checkpoints).orElseThrow());
        assertEquals(18 + 3 - 1, checkpoints.snapshot().size());
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            CodecCheck.Decoded rest = CodecCheck.decode(XZ, new MemorySource("stream", blocks), checkpoint,
                    CheckpointSink.NONE);
            assertEquals(null, rest.error());
            assertEquals(2 * PLAIN.length - checkpoint.decodedOffset(), rest.bytes().length);
        }
        for (int cut = 0; cut < blocks.length; cut += 211) {
            assertTrue(XZ.survey(new MemorySource("cut", Samples.cut(blocks, cut)), CheckpointSink.NONE).isEmpty()
                    || cut == 0 || cut > blocks.length / 3);
        }
    }

    @Test
    void cutIsTruncatedAndChangedBitsAreFound() throws Exception {
        byte[] plain = Samples.cut(PLAIN, 5000);
        byte[] compressed = Tool.filter(plain, "xz", "-c", "-0", "--block-size=1500");
        for (int length = 0; length < compressed.length; length++) {
            CodecCheck.cut(XZ, compressed, plain, length);
        }
        for (int bit = 0; bit < compressed.length * 8; bit += 5) {
            byte[] flipped = compressed.clone();
            flipped[bit >>> 3] ^= (byte) (1 << (bit & 7));
            CodecCheck.Decoded decoded = CodecCheck.decode(XZ, new MemorySource("flipped", flipped),
                    Checkpoint.START, CheckpointSink.NONE);
            assertTrue(decoded.error() instanceof org.qbfs.error.QbfsException, bit + ": " + decoded.error());
        }
        CodecCheck.corrupt(XZ, Samples.join(compressed, new byte[] {0, 0, 0, 0, 'x'}));
        CodecCheck.corrupt(XZ, Samples.join(compressed, new byte[3]));
    }

    @Test
    void lzmaIsDecodedAndItsDamageNamed() throws Exception {
        for (int level = 0; level <= 9; level += 3) {
            same(LZMA, PLAIN, Tool.filter(PLAIN, "xz", "-c", "--format=lzma", "-" + level));
        }
        byte[] plain = Samples.cut(PLAIN, 3000);
        byte[] compressed = Tool.filter(plain, "lzma", "-c");
        for (int length = 0; length < compressed.length; length += 3) {
            CodecCheck.cut(LZMA, compressed, plain, length);
        }
        CodecCheck.flips(LZMA, compressed, 500, 3);
        CodecCheck.reads(LZMA, compressed, plain);
        byte[] huge = compressed.clone();
        huge[3] = (byte) 0xff;
        huge[4] = 0x7f;
        CodecCheck.Decoded refused = CodecCheck.decode(LZMA, new MemorySource("huge", huge), Checkpoint.START,
                CheckpointSink.NONE);
        assertTrue(refused.error() instanceof ResourceLimit, String.valueOf(refused.error()));
    }

    @Test
    void damagedBlockIsLocal() throws Exception {
        byte[] compressed = Tool.filter(PLAIN, "xz", "-c", "-1", "--block-size=40000");
        compressed[compressed.length / 2] ^= 1;
        Checkpoints checkpoints = new Checkpoints(1, 1 << 20);
        XZ.survey(new MemorySource("stream", compressed), checkpoints);
        DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", compressed), XZ,
                new BlockCache(1 << 20, 1000, 2), checkpoints, ReadAhead.NONE);
        assertThrows(CorruptData.class, () -> ByteSourceContract.readAll(source));
        // The check of a block is behind it: wrong bytes may come out of the damaged one, but of no other.
        int bad = 0;
        for (int at = 0; at < PLAIN.length; at += 40_000) {
            byte[] got;
            try {
                got = source.readBytes(at, Math.min(40_000, PLAIN.length - at));
            } catch (CorruptData e) {
                bad++;
                continue;
            }
            if (!Arrays.equals(Arrays.copyOfRange(PLAIN, at, at + got.length), got)) {
                bad++;
            }
        }
        assertEquals(1, bad);
        assertThrows(TruncatedData.class, () -> new DecodedSource("cut", new MemorySource("stream",
                Samples.cut(compressed, 20_000)), XZ, new BlockCache(1 << 20), new Checkpoints(), ReadAhead.NONE)
                .read(600_000, ByteBuffer.allocate(1)));
    }
}
