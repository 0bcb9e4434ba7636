// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class ChunkStreamTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Chunks in memory: number i holds the i-th piece; null stands for a missing one. */
    private static final class Chunks implements ChunkOpener {
        final List<byte[]> pieces;
        final Set<Integer> prepared = new ConcurrentSkipListSet<>();
        final Set<Integer> opened = new ConcurrentSkipListSet<>();
        int bad = -1;

        Chunks(byte[] whole, int... cuts) {
            pieces = new ArrayList<>();
            for (int i = 0; i <= cuts.length; i++) {
                pieces.add(Arrays.copyOfRange(whole, i == 0 ? 0 : cuts[i - 1], i == cuts.length ? whole.length : cuts[i]));
            }
        }

        ChunkStream stream() {
            List<Chunk> chunks = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                if (pieces.get(i) != null) {
                    chunks.add(chunk(i, pieces.get(i).length));
                }
            }
            return ChunkStream.of(new FileGroup("vm1/x", chunks), this);
        }

        @Override
        public long openedSize(Chunk chunk) {
            return chunk.member().size();
        }

        @Override
        public ByteSource open(Chunk chunk) throws IOException {
            opened.add(chunk.number());
            if (chunk.number() == bad) {
                throw new CorruptData("bad", Place.of(chunk.name()));
            }
            return new MemorySource(chunk.name(), pieces.get(chunk.number()));
        }

        @Override
        public boolean authenticate(Chunk chunk) throws IOException {
            if (chunk.number() == bad) {
                throw new CorruptData("bad", Place.of(chunk.name()));
            }
            return true;
        }

        @Override
        public CompletableFuture<Void> learn(Chunk chunk) {
            throw new AssertionError("nobody learns here");
        }

        @Override
        public void prepare(Chunk chunk) {
            prepared.add(chunk.number());
        }
    }

    private static Chunk chunk(int number, long size) {
        return new Chunk("vm1/x", number, new Member(ChunkName.of("vm1/x", number), 0, 0, size, true), Optional.empty());
    }

    @Test
    void joinsChunksOfAllSizes() throws Exception {
        byte[] whole = random(10_000);
        ByteSourceContract.check(new Chunks(whole, 0, 0, 1, 7, 7, 4096, 9999, 10_000).stream(), whole, 1, 7, 4096, 9999);
        ByteSourceContract.check(new Chunks(whole).stream(), whole);
        ByteSourceContract.check(new Chunks(new byte[0]).stream(), new byte[0]);
        ByteSourceContract.check(new Chunks(whole, 5000, 10_000).stream(), whole, 5000);
    }

    @Test
    void theLastLossIsSoughtFromTheEnd() throws Exception {
        byte[] whole = random(95);
        Chunks chunks = new Chunks(whole, 20, 40, 60, 80);
        assertEquals(0, chunks.stream().behindLastLoss());
        chunks.pieces.set(1, null);
        assertEquals(40, chunks.stream().behindLastLoss());
        chunks.bad = 2;
        assertEquals(60, chunks.stream().behindLastLoss());
        chunks.bad = 0;
        chunks.prepared.clear();
        chunks.pieces.set(3, null);
        assertEquals(80, chunks.stream().behindLastLoss());
        assertEquals(Set.of(0, 2), chunks.prepared);
        chunks.bad = 4;
        assertEquals(95, chunks.stream().behindLastLoss());
    }

    @Test
    void chunkOfAnotherSizeThatIsNotAuthenticMovesNothingBehindIt() throws Exception {
        byte[] whole = random(100);
        Chunks chunks = new Chunks(whole, 20, 40, 60, 80);
        chunks.pieces.set(2, random(13));
        chunks.bad = 2;
        ChunkStream stream = chunks.stream();
        assertArrayEquals(Arrays.copyOf(whole, 40), stream.readBytes(0, 40));
        for (int at : new int[] {40, 53, 60, 80}) {
            assertThrows(CorruptData.class, () -> stream.read(at, ByteBuffer.allocate(5)), "at " + at);
        }
    }

    @Test
    void chunkThatFillsUpIsFollowedByAnEmptyOneThatNobodyOpens() throws Exception {
        Chunks chunks = new Chunks(random(100), 50, 100);
        assertEquals(100, chunks.stream().size());
        chunks.stream().read(90, ByteBuffer.allocate(20));
        assertEquals(Set.of(1), chunks.opened);
    }

    @Test
    void missingChunkBetweenOthersKeepsItsPlace() throws Exception {
        byte[] whole = random(450);
        Chunks chunks = new Chunks(whole, 100, 200, 300, 400);
        chunks.pieces.set(1, null);
        chunks.pieces.set(2, null);
        ChunkStream stream = chunks.stream();
        assertEquals(450, stream.size());
        assertArrayEquals(Arrays.copyOf(whole, 100), stream.readBytes(0, 100));
        assertArrayEquals(Arrays.copyOfRange(whole, 300, 450), stream.readBytes(300, 150));
        TruncatedData first = assertThrows(TruncatedData.class, () -> stream.read(100, ByteBuffer.allocate(1)));
        assertTrue(first.getMessage().contains("vm1/x.001"), first.getMessage());
        TruncatedData second = assertThrows(TruncatedData.class, () -> stream.read(299, ByteBuffer.allocate(1)));
        assertTrue(second.getMessage().contains("vm1/x.002"), second.getMessage());
    }

    @Test
    void missingFirstChunkKeepsItsPlaceToo() throws Exception {
        byte[] whole = random(250);
        Chunks chunks = new Chunks(whole, 100, 200);
        chunks.pieces.set(0, null);
        assertArrayEquals(Arrays.copyOfRange(whole, 100, 250), chunks.stream().readBytes(100, 150));
        assertThrows(TruncatedData.class, () -> chunks.stream().read(0, ByteBuffer.allocate(1)));
    }

    @Test
    void gapWhosePlaceIsUnknownIsNoEnd() throws Exception {
        byte[] whole = random(450);
        Chunks chunks = new Chunks(whole, 100, 201, 300, 400);
        chunks.pieces.set(2, null);
        ChunkStream stream = chunks.stream();
        assertArrayEquals(Arrays.copyOf(whole, 201), stream.readBytes(0, 201));
        assertThrows(TruncatedData.class, () -> stream.read(201, ByteBuffer.allocate(1)));
        assertThrows(TruncatedData.class, () -> stream.read(0, ByteBuffer.allocate(202)));
        Chunks one = new Chunks(whole, 100);
        one.pieces.set(0, null);
        assertThrows(TruncatedData.class, () -> one.stream().read(0, ByteBuffer.allocate(1)));
        assertThrows(TruncatedData.class, () -> one.stream().read(400, ByteBuffer.allocate(1)));
    }

    @Test
    void gapOfAMillionChunksTakesNoMemory() throws Exception {
        Chunks chunks = new Chunks(random(10));
        List<ChunkStream> streams = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            streams.add(ChunkStream.of(new FileGroup("vm1/x", List.of(chunk(0, 1 << 20), chunk(999_999, 5))), chunks));
        }
        assertEquals((999_999L << 20) + 5, streams.getLast().size());
        TruncatedData error = assertThrows(TruncatedData.class, () -> streams.getLast().read(123_456L << 20, ByteBuffer.allocate(1)));
        assertTrue(error.getMessage().contains("vm1/x.123456"), error.getMessage());
    }

    @Test
    void sizesThatNoStreamCanHaveDoNotOverflow() {
        Chunks chunks = new Chunks(random(10));
        long huge = Long.MAX_VALUE / 2 + 10;
        for (List<Chunk> hostile : List.of(List.of(chunk(0, huge), chunk(1, huge), chunk(2, 5)),
                List.of(chunk(0, huge), chunk(999_999, 5)), List.of(chunk(0, Long.MAX_VALUE)))) {
            ChunkStream stream = ChunkStream.of(new FileGroup("vm1/x", hostile), chunks);
            assertTrue(stream.size() > 0);
            assertThrows(TruncatedData.class, () -> stream.read(huge + 1, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void badChunkFailsOnlyReadsThatNeedIt() throws Exception {
        byte[] whole = random(300);
        Chunks chunks = new Chunks(whole, 100, 200);
        chunks.bad = 1;
        ChunkStream stream = chunks.stream();
        assertArrayEquals(Arrays.copyOf(whole, 100), stream.readBytes(0, 100));
        assertArrayEquals(Arrays.copyOfRange(whole, 200, 300), stream.readBytes(200, 100));
        assertThrows(CorruptData.class, () -> stream.read(99, ByteBuffer.allocate(2)));
        assertThrows(CorruptData.class, () -> stream.read(150, ByteBuffer.allocate(1)));
    }

    private static Chunks large() {
        int chunk = 2 << 20;
        return new Chunks(new byte[8 * chunk], chunk, 2 * chunk, 3 * chunk, 4 * chunk, 5 * chunk, 6 * chunk, 7 * chunk);
    }

    @Test
    void smallFirstReadsPrepareNothing() throws Exception {
        Chunks chunks = large();
        ChunkStream stream = chunks.stream();
        stream.read(0, ByteBuffer.allocate(4096));
        stream.read(0, ByteBuffer.allocate(64 << 10));
        stream.read(5 << 20, ByteBuffer.allocate(4096));
        stream.read(1 << 20, ByteBuffer.allocate(4096));
        assertEquals(Set.of(), chunks.prepared);
    }

    @Test
    void forwardReaderHasTheNextChunksPrepared() throws Exception {
        Chunks chunks = large();
        ChunkStream stream = chunks.stream();
        for (int at = 0; at < 3 << 19; at += 128 << 10) {
            stream.read(at, ByteBuffer.allocate(128 << 10));
        }
        assertEquals(new TreeSet<>(List.of(1, 2, 3, 4)), chunks.prepared);
        for (int at = 3 << 19; at < 16 << 20; at += 128 << 10) {
            stream.read(at, ByteBuffer.allocate(128 << 10));
        }
        assertEquals(new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 7)), chunks.prepared);
    }

    @Test
    void scatteredReadsPrepareNothing() throws Exception {
        Chunks chunks = large();
        ChunkStream stream = chunks.stream();
        Random random = new Random(4);
        long last = 0;
        for (int i = 0; i < 500; i++) {
            long at = random.nextLong(15 << 20);
            if (Math.abs(at - last) > 2 << 20) {
                stream.read(at, ByteBuffer.allocate(4096));
                last = at;
            }
        }
        assertEquals(Set.of(), chunks.prepared);
    }
}
