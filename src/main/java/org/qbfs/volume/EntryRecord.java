// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.nio.BufferUnderflowException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qbfs.error.QbfsException;
import org.qbfs.index.RecordReader;
import org.qbfs.index.RecordWriter;
import org.qbfs.sparse.SparseMap;
import org.qbfs.tar.TarEntry;

/**
 * Entries of an archive as the index keeps them. Each takes about 20 bytes and what its name does not have in common with the
 * one before; each extent of a sparse map, as the hole before it and its length, 4 to 6 bytes.
 */
final class EntryRecord {
    /** More is not kept: an image of some 3 million extents, a directory of some 500,000 files; fewer with a small heap. */
    private static final long MOST_BYTES = Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 64);
    private static final int LEAST_ENTRY_BYTES = 11;
    private static final int LEAST_EXTENT_BYTES = 2;
    private static final int SPARSE = 1 << 7;
    private static final int CONTINUATION = 1 << 6;
    private static final int LINK = 1 << 5;
    private static final int TYPE = LINK - 1;

    private EntryRecord() {}

    /** Appends {@code entries} to {@code record}; false if they take too much. */
    static boolean write(List<TarEntry> entries, RecordWriter record) {
        record.number(entries.size());
        long before = 0;
        for (TarEntry entry : entries) {
            write(entry, before, record);
            before = entry.nextOffset();
            if (record.size() > MOST_BYTES) {
                return false;
            }
        }
        return true;
    }

    private static void write(TarEntry entry, long before, RecordWriter record) {
        record.octet(entry.type().ordinal() | (entry.sparse().isPresent() ? SPARSE : 0)
                | (entry.volumeOffset() != 0 ? CONTINUATION : 0) | (entry.linkTarget().isEmpty() ? 0 : LINK));
        record.text(entry.name());
        if (!entry.linkTarget().isEmpty()) {
            record.text(entry.linkTarget());
        }
        record.number(entry.mode()).number(entry.modified().getEpochSecond()).number(entry.modified().getNano())
                .number(entry.headerOffset() - before).number(entry.dataOffset() - entry.headerOffset())
                .number(entry.storedSize()).number(entry.realSize()).number(entry.nextOffset() - entry.dataOffset());
        if (entry.volumeOffset() != 0) {
            record.number(entry.volumeOffset());
        }
        entry.sparse().ifPresent(map -> write(map, record));
    }

    private static void write(SparseMap map, RecordWriter record) {
        record.number(map.extents());
        long end = 0;
        for (int i = 0; i < map.extents() && record.size() <= MOST_BYTES; i++) {
            record.number(map.imageOffset(i) - end).number(map.imageEnd(i) - map.imageOffset(i));
            end = map.imageEnd(i);
        }
    }

    /**
     * The first {@code most} of the entries, or all if there are fewer.
     *
     * @throws BufferUnderflowException if {@code record} is no such record
     */
    static List<TarEntry> read(RecordReader record, int most) throws QbfsException {
        int count = Math.min(most, record.count(LEAST_ENTRY_BYTES));
        List<TarEntry> entries = new ArrayList<>(count);
        long before = 0;
        for (int i = 0; i < count; i++) {
            TarEntry entry = read(record, before);
            entries.add(entry);
            before = entry.nextOffset();
        }
        return entries;
    }

    private static TarEntry read(RecordReader record, long before) throws QbfsException {
        int kind = record.octet();
        TarEntry.Type type = type(kind & TYPE);
        String name = record.text();
        String link = (kind & LINK) == 0 ? "" : record.text();
        int mode = (int) record.number();
        Instant modified = instant(record.number(), record.number());
        long header = before + record.number();
        long data = header + record.number();
        long stored = record.number();
        long real = record.number();
        long next = data + record.number();
        if (header < before || data <= header || stored < 0 || real < 0 || next < data || data + stored < 0) {
            throw new BufferUnderflowException();
        }
        long volume = (kind & CONTINUATION) == 0 ? 0 : record.number();
        Optional<SparseMap> sparse = (kind & SPARSE) == 0 ? Optional.empty() : Optional.of(map(record, name, real));
        return new TarEntry(name, type, link, mode, modified, header, data, stored, real, sparse, volume, next);
    }

    private static TarEntry.Type type(int ordinal) {
        TarEntry.Type[] types = TarEntry.Type.values();
        if (ordinal >= types.length) {
            throw new BufferUnderflowException();
        }
        return types[ordinal];
    }

    private static Instant instant(long seconds, long nanos) {
        try {
            return Instant.ofEpochSecond(seconds, nanos);
        } catch (DateTimeException | ArithmeticException e) {
            throw new BufferUnderflowException();
        }
    }

    private static SparseMap map(RecordReader record, String name, long realSize) throws QbfsException {
        SparseMap.Builder map = new SparseMap.Builder(name);
        int count = record.count(LEAST_EXTENT_BYTES);
        long end = 0;
        for (int i = 0; i < count; i++) {
            long start = end + record.number();
            long length = record.number();
            map.data(start, length);
            end = start + length;
        }
        return map.build(realSize);
    }
}
