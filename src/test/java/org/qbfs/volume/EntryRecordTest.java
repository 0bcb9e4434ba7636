// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qbfs.error.QbfsException;
import org.qbfs.index.RecordReader;
import org.qbfs.index.RecordWriter;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;
import org.qbfs.sparse.SparseMap;
import org.qbfs.tar.TarEntry;

class EntryRecordTest {
    private static final long SEED = 20260201;

    private static SparseMap map(int extents, long realSize) throws QbfsException {
        SparseMap.Builder map = new SparseMap.Builder("m");
        Random random = new Random(SEED);
        long at = 0;
        for (int i = 0; i < extents; i++) {
            at += 512L * (1 + random.nextInt(1000));
            long length = 512L * (1 + random.nextInt(64));
            map.data(at, length);
            at += length;
        }
        return map.build(Math.max(at, realSize));
    }

    private static TarEntry image(SparseMap map) {
        return new TarEntry("vm1/private.img", TarEntry.Type.FILE, "", 0640, Instant.ofEpochSecond(1_700_000_000, 5), 0, 1536,
                map.storedSize(), map.realSize(), Optional.of(map), 0, 1536 + (map.storedSize() + 511) / 512 * 512);
    }

    private static List<TarEntry> entries() throws QbfsException {
        SparseMap map = map(100, 1L << 40);
        long at = image(map).nextOffset();
        return List.of(image(map),
                new TarEntry("h/ü/", TarEntry.Type.DIRECTORY, "", 02755, Instant.ofEpochSecond(-1), at, at + 512, 0, 0, Optional.empty(), 0, at + 512),
                new TarEntry("h/ü/l", TarEntry.Type.SYMLINK, "../ü\uD83D\uDE00", 0777, Instant.EPOCH, at + 512, at + 1024, 0, 0, Optional.empty(), 0, at + 1024),
                new TarEntry("h/ü/m", TarEntry.Type.HARD_LINK, "h/ü/n", 0, Instant.EPOCH, at + 1024, at + 1536, 0, 0, Optional.empty(), 0, at + 1536),
                new TarEntry("h/c", TarEntry.Type.CONTINUATION, "", 0600, Instant.EPOCH, at + 1536, at + 2048, 700, 1L << 33, Optional.empty(), 1L << 32, at + 3072),
                new TarEntry("", TarEntry.Type.OTHER, "", 0, Instant.EPOCH, at + 4096, at + 4608, 0, 0, Optional.empty(), 0, at + 4608));
    }

    private static byte[] written(List<TarEntry> entries) {
        RecordWriter record = new RecordWriter();
        assertTrue(EntryRecord.write(entries, record));
        return record.record();
    }

    private static List<TarEntry> read(byte[] record, int most) throws QbfsException {
        return EntryRecord.read(new RecordReader(ByteBuffer.wrap(record)), most);
    }

    private static void requireSame(TarEntry expected, TarEntry got) {
        assertEquals(withoutMap(expected), withoutMap(got));
        assertEquals(expected.sparse().isPresent(), got.sparse().isPresent());
        expected.sparse().ifPresent(map -> {
            SparseMap other = got.sparse().orElseThrow();
            assertEquals(map.extents(), other.extents());
            assertEquals(map.realSize(), other.realSize());
            assertEquals(map.storedSize(), other.storedSize());
            for (int i = 0; i < map.extents(); i++) {
                assertEquals(map.imageOffset(i), other.imageOffset(i));
                assertEquals(map.imageEnd(i), other.imageEnd(i));
                assertEquals(map.storedOffset(i), other.storedOffset(i));
            }
        });
    }

    private static TarEntry withoutMap(TarEntry e) {
        return new TarEntry(e.name(), e.type(), e.linkTarget(), e.mode(), e.modified(), e.headerOffset(), e.dataOffset(),
                e.storedSize(), e.realSize(), Optional.empty(), e.volumeOffset(), e.nextOffset());
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        List<TarEntry> entries = entries();
        byte[] record = written(entries);
        List<TarEntry> got = read(record, Integer.MAX_VALUE);
        assertEquals(entries.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            requireSame(entries.get(i), got.get(i));
        }
        assertEquals(1, read(record, 1).size());
        requireSame(entries.getFirst(), read(record, 1).getFirst());
    }

    @Test
    void extentsTakeFiveBytes() throws Exception {
        int size = written(List.of(image(map(100_000, 0)))).length;
        assertTrue(size < 600_000, size + " bytes");
    }

    @Test
    void tooManyExtentsAreNotKept() throws Exception {
        TarEntry huge = image(map(4_000_000, 0));
        assertFalse(EntryRecord.write(List.of(huge), new RecordWriter()));
        try (Learned learned = new Learned()) {
            learned.keepEntries("vm1/private.img", List.of(huge), false);
            assertEquals(Optional.empty(), learned.firstEntry("vm1/private.img"));
        }
    }

    @Test
    void damagedRecordsAreRefusedOrMakeSense() throws Exception {
        byte[] record = written(entries());
        for (int bit = 0; bit < record.length * 8; bit++) {
            byte[] damaged = record.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            tryToRead(damaged);
            tryToRead(Arrays.copyOf(record, bit / 8));
        }
    }

    private static void tryToRead(byte[] record) {
        try {
            for (TarEntry entry : read(record, Integer.MAX_VALUE)) {
                assertTrue(entry.headerOffset() >= 0 && entry.dataOffset() > entry.headerOffset());
            }
        } catch (BufferUnderflowException | QbfsException e) {
            assertFalse(e.toString().isEmpty());
        }
    }

    @Test
    void allEntriesAreKnownOnlyWhenAllWereKept() throws Exception {
        List<TarEntry> entries = entries();
        try (Learned learned = new Learned()) {
            learned.keepEntries("p", entries.subList(0, 1), false);
            assertEquals(Optional.empty(), learned.allEntries("p"));
            requireSame(entries.getFirst(), learned.firstEntry("p").orElseThrow());
            learned.keepEntries("p", entries, true);
            learned.keepEntries("p", entries.subList(0, 1), false);
            assertEquals(entries.size(), learned.allEntries("p").orElseThrow().size());
            assertEquals(Optional.empty(), learned.firstEntry("q"));
        }
    }

    @Test
    void aDeferredSourceIsWhatItOpens() throws Exception {
        byte[] bytes = TestBackup.random(10_000);
        int[] opened = {0};
        DeferredSource source = new DeferredSource("path", () -> {
            if (++opened[0] == 1) {
                throw new IOException("not now");
            }
            return new MemorySource("inside", bytes);
        });
        assertEquals("path", source.name());
        assertEquals(0, opened[0]);
        try {
            source.size();
        } catch (IOException e) {
            assertEquals("not now", e.getMessage());
        }
        ByteSourceContract.check(source, bytes, 5000);
        assertEquals("inside", source.name());
        assertEquals(2, opened[0]);
    }
}
