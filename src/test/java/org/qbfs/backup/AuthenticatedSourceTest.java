// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class AuthenticatedSourceTest {
    private static final Place PLACE = Place.of("backup", 1000, 2000).within(Place.of("chunk a.000", 0, 1000));

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A sum stands for the MAC. */
    private static Authentication sum(byte[] authentic) {
        CRC32 expected = new CRC32();
        expected.update(authentic);
        CRC32 found = new CRC32();
        return new Authentication() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                found.update(bytes, offset, length);
            }

            @Override
            public boolean matches() {
                return found.getValue() == expected.getValue();
            }
        };
    }

    private static AuthenticatedSource source(ByteSource untrusted, byte[] authentic, AtomicInteger passes)
            throws IOException {
        return source(untrusted, authentic, passes, ChunkMemory.NONE);
    }

    private static AuthenticatedSource source(ByteSource untrusted, byte[] authentic, AtomicInteger passes,
            ChunkMemory memory) throws IOException {
        return new AuthenticatedSource(untrusted, new Member("chunk", 0, 0, untrusted.size(), true), PLACE, () -> {
            passes.incrementAndGet();
            return sum(authentic);
        }, new PartCache(1 << 20), memory);
    }

    /** Reads that can be changed on the way. */
    private static final class Medium implements ByteSource {
        final byte[] bytes;
        final List<Long> reads = new ArrayList<>();
        IOException failure;
        int wrongPasses;
        int dropped;

        Medium(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public synchronized int read(long position, ByteBuffer dst) throws IOException {
            if (failure != null) {
                throw failure;
            }
            reads.add(position);
            int at = dst.position();
            int got = new MemorySource("m", bytes).read(position, dst);
            if (wrongPasses > 0 && position + got == bytes.length) {
                wrongPasses--;
                dst.put(at, (byte) ~dst.get(at));
            }
            return got;
        }

        @Override
        public void dropCached(long position, long length) {
            dropped++;
        }

        @Override
        public String name() {
            return "medium";
        }
    }

    @Test
    void keepsTheContract() throws Exception {
        for (int length : new int[] {0, 1, PartHashes.PART - 1, PartHashes.PART, PartHashes.PART + 1, 3 * PartHashes.PART + 77}) {
            byte[] bytes = random(length);
            AtomicInteger passes = new AtomicInteger();
            ByteSourceContract.check(source(new Medium(bytes), bytes, passes), bytes, PartHashes.PART, 2L * PartHashes.PART);
            assertEquals(1, passes.get());
        }
    }

    @Test
    void readsNothingOutBeforeTheWholeChunkWasChecked() throws Exception {
        byte[] bytes = random(3 * PartHashes.PART);
        Medium medium = new Medium(bytes);
        AtomicInteger passes = new AtomicInteger();
        source(medium, bytes, passes).read(0, ByteBuffer.allocate(1));
        long part = PartHashes.PART;
        assertEquals(List.of(0L, part, 2 * part, 0L), medium.reads);
    }

    @Test
    void wrongMacIsBelievedWhenItIsWrongTwiceAndGivesNoByte() throws Exception {
        byte[] bytes = random(2 * PartHashes.PART);
        Medium medium = new Medium(bytes);
        medium.bytes[PartHashes.PART + 5] ^= 1;
        AtomicInteger passes = new AtomicInteger();
        AuthenticatedSource source = source(medium, bytes, passes);
        for (int i = 0; i < 3; i++) {
            ByteBuffer dst = ByteBuffer.allocate(10);
            CorruptData error = assertThrows(CorruptData.class, () -> source.read(0, dst));
            assertEquals(0, dst.position());
            assertArrayEquals(new byte[10], dst.array());
            assertTrue(error.getMessage().startsWith("chunk a.000 [0, 1000) → backup [1000, 2000): "), error.getMessage());
        }
        assertEquals(2, passes.get(), "and is not found out again for each read");
        assertEquals(1, medium.dropped, "the second time past the page cache");
    }

    @Test
    void wrongOnceAndRightThenIsRead() throws Exception {
        byte[] bytes = random(1000);
        Medium medium = new Medium(bytes);
        medium.wrongPasses = 1;
        AuthenticatedSource source = source(medium, bytes, new AtomicInteger());
        assertArrayEquals(bytes, source.readBytes(0, 1000));
        assertTrue(source.isUnstable());
    }

    @Test
    void changeAfterTheCheckIsNoticedInItsPartOnly() throws Exception {
        byte[] bytes = random(3 * PartHashes.PART);
        Medium medium = new Medium(bytes);
        AuthenticatedSource source = source(medium, bytes, new AtomicInteger());
        source.authenticate();
        medium.bytes[PartHashes.PART + 9] ^= 1;
        CorruptData error = assertThrows(CorruptData.class, () -> source.read(PartHashes.PART, ByteBuffer.allocate(1)));
        assertTrue(error.getMessage().contains("has changed"), error.getMessage());
        assertArrayEquals(Arrays.copyOf(bytes, 100), source.readBytes(0, 100));
        assertArrayEquals(Arrays.copyOfRange(bytes, 2 * PartHashes.PART, 2 * PartHashes.PART + 100), source.readBytes(2L * PartHashes.PART, 100));
        medium.bytes[PartHashes.PART + 9] ^= 1;
        assertEquals(bytes[PartHashes.PART], source.readBytes(PartHashes.PART, 1)[0], "right bytes are right again");
    }

    @Test
    void failureToReadIsTriedAgainAndStaysTyped() throws Exception {
        byte[] bytes = random(100);
        Medium medium = new Medium(bytes);
        AuthenticatedSource source = source(medium, bytes, new AtomicInteger());
        medium.failure = new ClosedChannelException();
        assertThrows(ClosedChannelException.class, () -> source.read(0, ByteBuffer.allocate(1)));
        medium.failure = new IOException("Input/output error");
        IOException error = assertThrows(IOException.class, () -> source.read(0, ByteBuffer.allocate(1)));
        assertTrue(error.getMessage().contains("Input/output error"), error.getMessage());
        medium.failure = null;
        assertArrayEquals(bytes, source.readBytes(0, 100));
    }

    @Test
    void eightFirstReadersWaitForOnePass() throws Exception {
        byte[] bytes = random(5 * PartHashes.PART);
        AtomicInteger passes = new AtomicInteger();
        AuthenticatedSource source = source(new Medium(bytes), bytes, passes);
        CountDownLatch start = new CountDownLatch(8);
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return source.readBytes(0, bytes.length);
                }));
            }
            for (Future<byte[]> one : all) {
                assertArrayEquals(bytes, one.get());
            }
        }
        assertEquals(1, passes.get());
    }

    @Test
    void hashesTellEveryChangedByteOfAPart() {
        byte[] bytes = random(300);
        PartHashes hashes = new PartHashes(PartHashes.PART + 300L);
        hashes.set(1, bytes, 300);
        assertTrue(hashes.matches(1, bytes, 300));
        for (int i = 0; i < 300; i++) {
            bytes[i] ^= 1;
            assertTrue(!hashes.matches(1, bytes, 300), "byte " + i);
            bytes[i] ^= 1;
        }
        assertTrue(!hashes.matches(0, bytes, 300));
        assertTrue(!hashes.matches(1, bytes, 299));
    }

    /** Remembers hashes as an index does. */
    private static final class Remembered implements ChunkMemory {
        byte[] hashes;
        int kept;

        @Override
        public Optional<byte[]> key(Member chunk) {
            return Optional.empty();
        }

        @Override
        public void keepKey(Member chunk, byte[] key) {}

        @Override
        public Optional<byte[]> hashes(Member chunk) {
            return Optional.ofNullable(hashes);
        }

        @Override
        public void keepHashes(Member chunk, byte[] parts) {
            hashes = parts;
            kept++;
        }
    }

    @Test
    void rememberedHashesStandForThePass() throws Exception {
        byte[] bytes = random(3 * PartHashes.PART + 7);
        Remembered memory = new Remembered();
        AtomicInteger passes = new AtomicInteger();
        source(new Medium(bytes), bytes, passes, memory).authenticate();
        assertEquals(1, memory.kept);
        AuthenticatedSource again = source(new Medium(bytes), bytes, passes, memory);
        ByteSourceContract.check(again, bytes, PartHashes.PART);
        assertEquals(1, passes.get());
        again.authenticate();
        assertEquals(2, passes.get());
    }

    @Test
    void rememberedHashesThatDoNotFitAreDroppedAndTheMacIsAsked() throws Exception {
        byte[] bytes = random(3 * PartHashes.PART);
        Remembered memory = new Remembered();
        AtomicInteger passes = new AtomicInteger();
        byte[] old = bytes.clone();
        old[PartHashes.PART]++;
        source(new Medium(old), old, passes, memory).authenticate();
        ByteSourceContract.check(source(new Medium(bytes), bytes, passes, memory), bytes);
        assertEquals(2, passes.get());
        memory.hashes = new byte[5];
        ByteSourceContract.check(source(new Medium(bytes), bytes, passes, memory), bytes);
        assertEquals(3, passes.get());
    }

    @Test
    void aChunkThatNoLongerFitsWhatIsRememberedNorItsMacIsDamaged() throws Exception {
        byte[] bytes = random(2 * PartHashes.PART);
        Remembered memory = new Remembered();
        source(new Medium(bytes), bytes, new AtomicInteger(), memory).authenticate();
        Medium changed = new Medium(bytes.clone());
        changed.bytes[PartHashes.PART + 9] ^= 4;
        AuthenticatedSource source = source(changed, bytes, new AtomicInteger(), memory);
        ByteSourceContract.readAndCompare(source, bytes, 0, 100);
        assertThrows(CorruptData.class, () -> source.read(PartHashes.PART, ByteBuffer.allocate(100)));
    }
}
