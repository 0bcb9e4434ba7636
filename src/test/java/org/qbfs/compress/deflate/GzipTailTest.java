// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.Samples;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.EmptyCache;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.CorruptData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;

class GzipTailTest {
    private static final int LARGEST_STORED = 65_535;
    private static final int FALSE_BLOCKS = 20;
    private static final int FALSE_AT = 20_000;

    private static byte[] gzip(byte[] plain) throws IOException {
        return Tails.gzip(plain, Deflater.DEFAULT_COMPRESSION, Deflater.DEFAULT_STRATEGY, plain.length);
    }

    @Test
    void boundariesAreFoundAmongAllBits() throws Exception {
        byte[] plain = Samples.join(Samples.mixed(400_000, 1), Samples.noise(200_000, 2), Samples.mixed(200_000, 3));
        byte[] stream = gzip(plain);
        MemorySource source = new MemorySource("stream", stream);
        List<Long> headers = new ArrayList<>();
        BlockWalk walk = new BlockWalk(source, 80);
        for (long at = walk.next(); at >= 0; at = walk.next()) {
            headers.add(at);
        }
        assertEquals(plain.length, walk.decoded());
        assertTrue(headers.size() > 10);
        List<Long> found = new ArrayList<>();
        BlockFinder finder = new BlockFinder(source, 10, stream.length * 8L);
        for (long at = finder.next(); at >= 0; at = finder.next()) {
            found.add(at);
        }
        // The last header is that of the last block, or of what a flush left.
        for (long header : headers.subList(0, headers.size() - 1)) {
            int type = word(stream, header) & 7;
            if ((type & 1) == 0 && type >>> 1 != 1) {
                assertTrue(found.contains(type >>> 1 == 0 ? BlockFinder.storedHeader(header) : header), () -> "at " + header);
            }
        }
        assertTrue(found.size() < headers.size() + 3, () -> found.size() + " found of " + headers.size());
    }

    private static int word(byte[] stream, long bit) {
        int at = (int) (bit >>> 3);
        return ((stream[at] & 0xff) | (stream[at + 1] & 0xff) << 8) >>> (int) (bit & 7);
    }

    @Test
    void theFinderSeesTheSameWhereverItBegins() throws Exception {
        byte[] stream = gzip(Samples.mixed(600_000, 4));
        MemorySource source = new MemorySource("stream", stream);
        List<Long> all = found(source, 0, stream.length * 8L);
        assertTrue(all.size() > 3);
        for (int from = 1; from < stream.length; from += 1 + stream.length / 50) {
            long first = from * 8L;
            assertEquals(all.stream().filter(at -> at >= first).toList(), found(source, from, stream.length * 8L));
            assertEquals(all.stream().filter(at -> at < first).toList(), found(source, 0, first));
        }
    }

    private static List<Long> found(ByteSource source, int from, long limit) throws IOException {
        List<Long> all = new ArrayList<>();
        BlockFinder finder = new BlockFinder(source, from, limit);
        for (long at = finder.next(); at >= 0; at = finder.next()) {
            all.add(at);
        }
        return all;
    }

    @Test
    void whatIsSalvagedIsRightForEveryLevelAndStrategy() throws Exception {
        byte[] plain = Samples.mixed(2_500_000, 5);
        for (int level = 0; level <= 9; level++) {
            for (int flushEvery : new int[] {30_000, plain.length}) {
                byte[] stream = Tails.gzip(plain, level, Deflater.DEFAULT_STRATEGY, flushEvery);
                int salvaged = Tails.salvaged(stream, stream.length / 5, plain);
                assertTrue(salvaged > plain.length / 3, "level " + level + ": " + salvaged);
            }
        }
        byte[] huffman = Tails.gzip(plain, 6, Deflater.HUFFMAN_ONLY, plain.length);
        assertTrue(Tails.salvaged(huffman, huffman.length / 5, plain) > plain.length / 2);
    }

    @Test
    void aStoredGzipFileIsNotTakenForTheStream() throws Exception {
        byte[] inner = gzip(Samples.mixed(6_000_000, 7));
        byte[] plain = Samples.join(Samples.mixed(100_000, 8), inner, Samples.mixed(300_000, 9));
        for (byte[] stream : List.of(gzip(plain), Tails.gzip(plain, 0, Deflater.DEFAULT_STRATEGY, plain.length))) {
            for (int from = 100_000; from < 600_000; from += 41_111) {
                assertTrue(Tails.salvaged(stream, from, plain) > inner.length / 2, "from " + from);
            }
        }
    }

    /**
     * In each stored block lies a header of another one, which jumps over the end of the true block into the same place of the next
     * one; the last of them ends where the true one ends. So two ways of decoding come to the end.
     */
    private static byte[] twoWays() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < FALSE_BLOCKS; i++) {
            byte[] content = Samples.noise(LARGEST_STORED, i);
            int jump = i < FALSE_BLOCKS - 1 ? LARGEST_STORED : LARGEST_STORED - FALSE_AT - 5;
            System.arraycopy(storedHeader(jump), 0, content, FALSE_AT, 5);
            content[FALSE_AT - 1] = 0;
            out.writeBytes(storedHeader(LARGEST_STORED));
            out.writeBytes(content);
        }
        out.writeBytes(new byte[] {1, 0, 0, (byte) 0xff, (byte) 0xff});
        out.writeBytes(new byte[8]);
        return out.toByteArray();
    }

    @Test
    void twoWaysToTheEndAreOneTooMany() throws Exception {
        byte[] stream = twoWays();
        for (int from = 1; from < 2 * LARGEST_STORED; from += 4_999) {
            assertTrue(Tails.tail(stream, from).isEmpty(), "from " + from);
        }
        // Without the false ones it is all right.
        for (int i = 0; i < FALSE_BLOCKS; i++) {
            stream[i * (LARGEST_STORED + 5) + 5 + FALSE_AT + 1] ^= 1;
        }
        assertTrue(Tails.tail(stream, 10).isPresent());
    }

    /** The false block ends where the stored block ends in which it lies, so that all decodes from it to the end. */
    @Test
    void aFalseBlockThatEndsWithTheTrueOneIsLeftBehind() throws Exception {
        int flushed = 250_000;
        byte[] whole = Tails.gzip(Samples.join(new byte[90_000], Samples.mixed(170_000, 14)), 6, Deflater.DEFAULT_STRATEGY, flushed);
        // Up to behind the first flush: it ends at a byte.
        int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("\0\0\u00ff\u00ff", 11) + 4;
        byte[] falseBlock = Arrays.copyOfRange(whole, 10, end);
        assertEquals(flushed, walk(falseBlock));
        List<byte[]> contents = new ArrayList<>(List.of(Samples.join(Samples.noise(3_000, 15), falseBlock)));
        assertTrue(contents.getFirst().length <= LARGEST_STORED);
        for (int i = 0; i < 8; i++) {
            contents.add(Samples.noise(LARGEST_STORED - i, 16 + i));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            out.writeBytes(storedHeader(content.length));
            out.writeBytes(content);
        }
        out.writeBytes(new byte[] {1, 0, 0, (byte) 0xff, (byte) 0xff});
        out.writeBytes(new byte[8]);
        byte[] plain = Samples.join(contents.toArray(byte[][]::new));
        for (int from = 1; from < 3_000; from += 101) {
            assertTrue(Tails.salvaged(out.toByteArray(), from, plain) > 200_000, "from " + from);
        }
    }

    /** How many bytes there are in the blocks of {@code stream}, which has no last one. */
    private static long walk(byte[] stream) throws IOException {
        BlockWalk walk = new BlockWalk(new MemorySource("stream", stream), 0);
        for (long at = 0; at < stream.length * 8L; at = walk.next()) { }
        return walk.decoded();
    }

    private static byte[] storedHeader(int length) {
        return new byte[] {0, (byte) length, (byte) (length >>> 8), (byte) ~length, (byte) (~length >>> 8)};
    }

    @Test
    void onlyTheEndOfTheOneMemberIsSalvaged() throws Exception {
        byte[] plain = Samples.mixed(1_500_000, 10);
        byte[] stream = gzip(plain);
        int from = stream.length / 5;
        assertTrue(Tails.salvaged(stream, from, plain) > 0);
        assertTrue(Tails.tail(Samples.cut(stream, stream.length - 1), from).isEmpty());
        assertTrue(Tails.tail(Samples.cut(stream, stream.length - 9_000), from).isEmpty());
        assertTrue(Tails.tail(Samples.join(stream, new byte[1]), from).isEmpty());
        assertTrue(Tails.tail(Samples.join(stream, Samples.cut(stream, 10)), from).isEmpty());
        assertTrue(Tails.tail(stream, stream.length - 60_000).isEmpty());
    }

    private static byte[] repeated(byte[] part, int length) {
        byte[] plain = new byte[length];
        for (int at = 0; at < length; at += part.length) {
            System.arraycopy(part, 0, plain, at, Math.min(part.length, length - at));
        }
        return plain;
    }

    @Test
    void nothingIsGivenWhoseWindowIsNeverKnown() throws Exception {
        // The first bytes are copied for ever, in windows of which nothing else is known.
        byte[] stream = gzip(repeated(Samples.noise(32_000, 11), 100 << 20));
        assertTrue(stream.length > 300_000);
        assertTrue(Tails.tail(stream, 100_000).isEmpty());
    }

    /**
     * From each header, all can be decoded up to a trailer that is cut off, and all is a copy of what came before: the decoded bytes
     * are many times those that are read.
     */
    @Test
    void whatIsDecodedInVainIsBounded() throws Exception {
        int length = 2_000_000;
        byte[] whole = Tails.gzip(repeated(Samples.noise(32_000, 13), length), 6, Deflater.DEFAULT_STRATEGY, 50_000);
        byte[] stream = Samples.cut(whole, whole.length - 8);
        assertTrue(stream.length < 60_000);
        int withoutLimit = reads(stream, Long.MAX_VALUE);
        int within = reads(stream, length);
        assertTrue(within * 5 < withoutLimit, () -> within + " reads, " + withoutLimit + " without a limit");
    }

    /** How often the source is read in a search that skips nothing. */
    private static int reads(byte[] stream, long mostWasted) throws IOException {
        AtomicInteger reads = new AtomicInteger();
        ByteSource source = new Watched(stream, (position, length) -> reads.incrementAndGet());
        GzipTail search = new GzipTail(source, new BlockCache(1 << 20), Checkpoints::new, new ReadAhead(Runnable::run, 0),
                new GzipTail.Limits(1, mostWasted));
        assertTrue(search.find(33_000).isEmpty());
        return reads.get();
    }

    @Test
    void whatIsNotGivenLeavesNothingInTheCache() throws Exception {
        BlockCache cache = new BlockCache(1 << 20);
        assertTrue(new GzipTail(new MemorySource("stream", twoWays()), cache, Checkpoints::new, new ReadAhead(Runnable::run, 0))
                .find(10).isEmpty());
        EmptyCache.require(cache);
    }

    /** Tells of each read before it is done. */
    private record Watched(byte[] bytes, Watcher watcher) implements ByteSource {
        interface Watcher {
            void reads(long position, int length) throws IOException;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            watcher.reads(position, dst.remaining());
            return new MemorySource("", bytes).read(position, dst);
        }

        @Override
        public String name() {
            return "stream";
        }
    }

    @Test
    void whatCannotBeReadIsNoReasonToLookElsewhere() throws Exception {
        byte[] stream = gzip(Samples.mixed(1_500_000, 12));
        for (IOException error : List.of(new CorruptData("gone", org.qbfs.error.Place.NONE), new ClosedChannelException())) {
            ByteSource source = new Watched(stream, (position, length) -> {
                if (position + length > stream.length - 100_000) {
                    throw error;
                }
            });
            BlockCache cache = new BlockCache(1 << 20);
            GzipTail tail = new GzipTail(source, cache, Checkpoints::new, new ReadAhead(Runnable::run, 0));
            assertEquals(error, assertThrows(IOException.class, () -> tail.find(stream.length / 5)));
            EmptyCache.require(cache);
        }
    }
}
