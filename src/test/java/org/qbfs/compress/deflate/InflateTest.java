// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;

class InflateTest {
    private static final Codec GZIP = new GzipCodec();
    private static final Codec ZLIB = new ZlibCodec();

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] zlib(byte[] plain, int level, int strategy, int flushEvery) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(level);
        deflater.setStrategy(strategy);
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(out, deflater, 4096, true)) {
            for (int at = 0; at < plain.length; at += flushEvery) {
                zlib.write(plain, at, Math.min(flushEvery, plain.length - at));
                zlib.flush();
            }
        }
        deflater.end();
        return out.toByteArray();
    }

    @Test
    void everyLevelStrategyAndFlushGivesTheSameBytes() throws Exception {
        byte[] plain = Samples.mixed(300_000, 1);
        for (int level = 0; level <= 9; level++) {
            for (int strategy : new int[] {Deflater.DEFAULT_STRATEGY, Deflater.FILTERED, Deflater.HUFFMAN_ONLY}) {
                for (int flushEvery : new int[] {100, 10_000, 1 << 20}) {
                    byte[] compressed = zlib(plain, level, strategy, flushEvery);
                    CodecCheck.Decoded decoded = CodecCheck.decode(ZLIB, new MemorySource("stream", compressed),
                            Checkpoint.START, CheckpointSink.NONE);
                    assertEquals(null, decoded.error());
                    assertArrayEquals(plain, decoded.bytes());
                }
            }
        }
    }

    @Test
    void readsAtAnyPosition() throws Exception {
        byte[] plain = Samples.mixed(700_000, 2);
        CodecCheck.reads(ZLIB, zlib(plain, 6, Deflater.DEFAULT_STRATEGY, 1 << 20), plain);
        CodecCheck.reads(GZIP, gzip(plain), plain);
        CodecCheck.reads(GZIP, gzip(new byte[3_000_000]), new byte[3_000_000]);
        CodecCheck.reads(GZIP, gzip(new byte[0]), new byte[0]);
        byte[] members = Samples.join(gzip(Samples.cut(plain, 70_000)), gzip(new byte[0]), gzip(new byte[] {1}),
                gzip(Arrays.copyOfRange(plain, 70_000, 200_000)));
        CodecCheck.reads(GZIP, members, Samples.join(Samples.cut(plain, 70_000), new byte[] {1},
                Arrays.copyOfRange(plain, 70_000, 200_000)));
    }

    @Test
    void cutAnywhereIsTruncatedAfterTheBytesThatAreThere() throws Exception {
        byte[] plain = Samples.mixed(3000, 5);
        byte[] compressed = Samples.join(gzip(plain), gzip(plain));
        int first = gzip(plain).length;
        for (int length = 0; length < compressed.length; length++) {
            // Behind a member, a piece of a header is garbage, as gzip(1) sees it.
            if (length < first || length > first + 1) {
                CodecCheck.cut(GZIP, compressed, Samples.join(plain, plain), length);
            }
        }
        byte[] zlib = zlib(plain, 9, Deflater.DEFAULT_STRATEGY, 500);
        for (int length = 0; length < zlib.length; length++) {
            CodecCheck.cut(ZLIB, zlib, plain, length);
        }
    }

    @Test
    void cutDeliversAsMuchAsZlibCan() throws Exception {
        byte[] plain = Samples.mixed(100_000, 8);
        byte[] compressed = zlib(plain, 6, Deflater.DEFAULT_STRATEGY, 1 << 20);
        for (int length = 100; length < compressed.length; length += 997) {
            byte[] cut = Samples.cut(compressed, length);
            byte[] expected = inflateWithJdk(cut, plain.length);
            CodecCheck.Decoded decoded = CodecCheck.decode(ZLIB, new MemorySource("cut", cut), Checkpoint.START,
                    CheckpointSink.NONE);
            assertTrue(decoded.bytes().length >= expected.length);
            assertArrayEquals(Samples.cut(plain, decoded.bytes().length), decoded.bytes());
        }
    }

    private static byte[] inflateWithJdk(byte[] compressed, int most) throws DataFormatException {
        Inflater inflater = new Inflater();
        inflater.setInput(compressed);
        byte[] out = new byte[most];
        int length = 0;
        for (int got = 1; got > 0; length += got) {
            got = inflater.inflate(out, length, most - length);
        }
        inflater.end();
        return Arrays.copyOf(out, length);
    }

    @Test
    void flippedBitsEndInATypedErrorOrInOtherBytes() throws Exception {
        byte[] plain = Samples.mixed(20_000, 3);
        CodecCheck.flips(GZIP, gzip(plain), 3000, 1);
        CodecCheck.flips(ZLIB, zlib(plain, 6, Deflater.HUFFMAN_ONLY, 1 << 20), 1000, 2);
    }

    /** Streams with a few changed bits are refused by us if and only if zlib refuses them, with the same bytes before. */
    @Test
    void changedStreamsAreRefusedWhereZlibRefusesThem() throws Exception {
        Random random = new Random(77);
        int[] outcomes = new int[3];
        byte[][] streams = {
            zlib(Samples.mixed(400, 3), 9, Deflater.HUFFMAN_ONLY, 1 << 20),
            zlib(Samples.mixed(40_000, 6), 9, Deflater.DEFAULT_STRATEGY, 1 << 20),
            zlib(Samples.mixed(60, 1), 1, Deflater.DEFAULT_STRATEGY, 1 << 20)};
        for (int i = 0; i < 15_000; i++) {
            byte[] stream = streams[i % streams.length].clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                int bit = 16 + random.nextInt(Math.min(stream.length * 8 - 48, 2000));
                stream[bit >>> 3] ^= (byte) (1 << (bit & 7));
            }
            Inflater inflater = new Inflater();
            inflater.setInput(stream);
            byte[] expected = new byte[200_000];
            int length = 0;
            boolean refused = false;
            try {
                for (int got = 1; got > 0; length += got) {
                    got = inflater.inflate(expected, length, expected.length - length);
                }
            } catch (DataFormatException e) {
                refused = true;
            }
            boolean finished = inflater.finished();
            inflater.end();
            CodecCheck.Decoded decoded = CodecCheck.decode(ZLIB, new MemorySource("changed", stream),
                    Checkpoint.START, CheckpointSink.NONE);
            Class<?> error = decoded.error() == null ? null : decoded.error().getClass();
            // zlib reads on after codes for code lengths that are all missing; we refuse them at once.
            if (refused || finished || error != CorruptData.class) {
                assertEquals(refused ? CorruptData.class : finished ? null : TruncatedData.class, error,
                        "stream " + i + ": " + decoded.error());
            }
            assertArrayEquals(Arrays.copyOf(expected, length), Arrays.copyOf(decoded.bytes(), length));
            outcomes[refused ? 0 : finished ? 1 : 2]++;
        }
        assertTrue(outcomes[0] > 100 && outcomes[1] + outcomes[2] > 20, Arrays.toString(outcomes));
    }

    @Test
    void wrongChecksumOrLengthIsFound() throws Exception {
        byte[] compressed = gzip(Samples.mixed(5000, 4));
        for (int i = 1; i <= 8; i++) {
            byte[] wrong = compressed.clone();
            wrong[wrong.length - i] ^= 1;
            CodecCheck.corrupt(GZIP, wrong);
        }
        byte[] zlib = zlib(Samples.mixed(5000, 4), 6, Deflater.DEFAULT_STRATEGY, 1 << 20);
        zlib[zlib.length - 1] ^= 1;
        CodecCheck.corrupt(ZLIB, zlib);
    }

    @Test
    void paddingAndGarbageBehindTheLastMemberAreIgnored() throws Exception {
        byte[] plain = Samples.mixed(1000, 6);
        for (byte[] behind : new byte[][] {new byte[1], new byte[100_000], {0x1f}, {0x1f, 0x7f}, Samples.noise(500, 1)}) {
            CodecCheck.reads(GZIP, Samples.join(gzip(plain), behind), plain);
        }
    }

    @Test
    void headerFieldsAreSkippedAndUnknownOnesRefused() throws Exception {
        byte[] plain = Samples.mixed(1000, 7);
        byte[] simple = gzip(plain);
        byte[] fields = {0x1f, (byte) 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 0, 3, 0, 7, 8, 9, 'n', 0, 'c', 0, 1, 2};
        CodecCheck.reads(GZIP, Samples.join(fields, Arrays.copyOfRange(simple, 10, simple.length)), plain);
        fields[3] |= 0x20;
        CodecCheck.corrupt(GZIP, fields);
        CodecCheck.corrupt(GZIP, new byte[100]);
        CodecCheck.corrupt(ZLIB, new byte[100]);
    }

    @Test
    void damagedCheckpointIsRefused() throws Exception {
        byte[] plain = Samples.mixed(200_000, 9);
        byte[] compressed = gzip(plain);
        Checkpoints checkpoints = new Checkpoints(1, 1 << 20);
        CodecCheck.decode(GZIP, new MemorySource("stream", compressed), Checkpoint.START, checkpoints);
        Checkpoint good = checkpoints.snapshot().getFirst();
        Random random = new Random(5);
        for (int i = 0; i < 500; i++) {
            byte[] state = good.state().clone();
            state[random.nextInt(Math.min(state.length, 400))] ^= (byte) (1 << random.nextInt(8));
            CodecCheck.decode(GZIP, new MemorySource("stream", compressed),
                    new Checkpoint(good.decodedOffset(), good.compressedBit(), state), CheckpointSink.NONE);
            CodecCheck.decode(GZIP, new MemorySource("stream", compressed),
                    new Checkpoint(good.decodedOffset(), random.nextLong(compressed.length * 9L), good.state()),
                    CheckpointSink.NONE);
        }
    }

    @Test
    void zerosMakeCheckpointsOfNearlyNothing() throws Exception {
        Checkpoints checkpoints = new Checkpoints(1 << 20, 1 << 20);
        CodecCheck.decode(GZIP, new MemorySource("zeros", gzip(new byte[64 << 20])), Checkpoint.START, checkpoints);
        assertTrue(checkpoints.snapshot().size() >= 60);
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            assertTrue(checkpoint.state().length < 150, "state of " + checkpoint.state().length);
        }
    }

    /** Reading behind what is asked for can cost seconds. */
    @Test
    void asksForLittleMoreThanItNeeds() throws Exception {
        byte[] compressed = gzip(Samples.noise(2 << 20, 1));
        long[] furthest = {0};
        ByteSource watched = new ByteSource() {
            @Override
            public long size() {
                return compressed.length;
            }

            @Override
            public int read(long position, ByteBuffer dst) {
                int length = Math.min(dst.remaining(), (int) Math.max(0, compressed.length - position));
                dst.put(compressed, (int) position, length);
                furthest[0] = Math.max(furthest[0], position + length);
                return length;
            }

            @Override
            public String name() {
                return "watched";
            }
        };
        DecodedSource source = new DecodedSource("decoded", watched, GZIP, new BlockCache(1 << 22),
                new Checkpoints(), ReadAhead.NONE);
        source.readBytes(0, 512);
        assertTrue(furthest[0] <= 256 << 10, "read up to " + furthest[0]);
    }
}
