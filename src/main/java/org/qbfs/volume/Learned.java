// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.ChunkMemory;
import org.qbfs.backup.Member;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.QbfsException;
import org.qbfs.index.IndexFile;
import org.qbfs.index.RecordReader;
import org.qbfs.index.RecordWriter;
import org.qbfs.tar.TarEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was learned about one backup: its layout, keys of chunks, hashes of their parts, checkpoints and sizes of streams,
 * entries of archives.
 * Kept in an index file, once that is open, for the next mount. Keys and hashes are known by
 * their chunk's name and offset, and are checked by what they are for. All else is forgotten when the layout tells that the file holds something else. Safe for
 * many threads.
 */
final class Learned implements ChunkMemory, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Learned.class);
    private static final byte KEY = 1;
    private static final byte HASHES = 2;
    private static final byte CHECKPOINT = 3;
    private static final byte SIZE = 4;
    private static final byte LAYOUT = 5;
    private static final byte STAMP = 6;
    private static final byte ENTRIES = 7;
    private static final int KEY_LENGTH = 64;
    private static final int MOST_EARLY = 64;
    /** What the entries of all archives may take in memory; the rest of them is read from the archives. */
    private static final long MOST_ENTRY_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final Map<Where, byte[]> keys = new ConcurrentHashMap<>();
    private final Map<Where, byte[]> hashes = new ConcurrentHashMap<>();
    /** From the index; handed over to the stream when it is opened. */
    private final Map<String, Stream> streams = new ConcurrentHashMap<>();
    /** By the path of the file group, as they are in the record. */
    private final Map<String, byte[]> entries = new ConcurrentHashMap<>();
    private final AtomicLong entryBytes = new AtomicLong();
    private final AtomicReference<Layout> layout = new AtomicReference<>();
    private final AtomicReference<IndexFile> index = new AtomicReference<>();
    /** Records of keys that were derived before the index was open: beside the header's, which opens it. */
    private final Queue<byte[]> early = new ArrayBlockingQueue<>(MOST_EARLY);

    /**
     * A chunk. The name belongs to it: what was authenticated under one name is not what it is under another, and with a
     * remembered key, nothing else would tell.
     */
    private record Where(String name, long dataOffset) {
        static Where of(Member chunk) {
            return new Where(chunk.name(), chunk.dataOffset());
        }

        static Where read(RecordReader record) {
            return new Where(record.text(), record.number());
        }

        RecordWriter write(byte kind) {
            return new RecordWriter().octet(kind).text(name).number(dataOffset);
        }
    }

    private static final class Stream {
        final List<Checkpoint> checkpoints = new ArrayList<>();
        long size = -1;
    }

    /** Takes over what {@code file} has, and keeps what is learned from now on in it. */
    void open(IndexPlace place, byte[] key, byte[] binding) {
        try {
            IndexFile file = IndexFile.open(place.file(), key, binding, this::read);
            index.set(file);
            for (byte[] record = early.poll(); record != null; record = early.poll()) {
                append(record);
            }
            if (!file.isWritable()) {
                LOG.info("index {} is being written by another mount, and only read here", file.path());
            }
        } catch (IOException e) {
            LOG.warn("no index: {}", e.toString());
        }
    }

    /** Takes over one record of an index. */
    void read(ByteBuffer record) {
        try {
            switch (record.get()) {
                case KEY -> keys.put(Where.read(new RecordReader(record)), bytes(record, KEY_LENGTH));
                case HASHES -> hashes.put(Where.read(new RecordReader(record)), bytes(record, record.remaining()));
                case CHECKPOINT -> {
                    Stream stream = stream(record);
                    stream.checkpoints.add(new Checkpoint(record.getLong(), record.getLong(),
                            bytes(record, record.remaining())));
                }
                case SIZE -> {
                    Stream stream = stream(record);
                    stream.size = record.getLong();
                }
                case LAYOUT -> take(Layout.read(new RecordReader(record)));
                case STAMP -> {
                    Stamp stamp = Layout.readStamp(new RecordReader(record));
                    layout.updateAndGet(known -> known == null ? null : known.with(stamp));
                }
                case ENTRIES -> {
                    RecordReader reader = new RecordReader(record);
                    putEntries(reader.text(), reader.bytes(record.remaining()));
                }
                default -> LOG.debug("an index record of an unknown kind");
            }
        } catch (BufferUnderflowException e) {
            // Sealed by us, so it is our own mistake; it costs what it said.
            LOG.warn("an index record that is too short");
        }
    }

    /** Puts {@code now} in the place of the layout that was known, and gives that, or null. */
    private Layout take(Layout now) {
        Layout before = layout.getAndSet(now);
        if (before == null || !before.hasPrintOf(now)) {
            streams.clear();
            entries.clear();
            entryBytes.set(0);
        }
        return before;
    }

    /** The members of the file, if it is known to be the same as when {@code stamp} was on it. */
    Optional<Layout> layout(Stamp stamp) {
        return Optional.ofNullable(layout.get())
                .filter(known -> known.stamp().equals(stamp) && !known.members().isEmpty());
    }

    /**
     * Keeps what has been found in the file; if it holds something else than was known, forgets what was learned of that.
     *
     * @param stamp that of the file; {@link Stamp#NONE} if it is not to be believed the next time
     */
    void keepLayout(Stamp stamp, Catalog catalog) {
        Layout now = Layout.of(stamp, catalog);
        Layout before = take(now);
        RecordWriter record = new RecordWriter();
        if (before == null || !before.hasPrintOf(now) || !before.members().equals(now.members())) {
            now.write(record.octet(LAYOUT));
        } else if (!before.stamp().equals(stamp)) {
            Layout.writeStamp(record.octet(STAMP), stamp);
        } else {
            return;
        }
        append(record.record());
    }

    private Stream stream(ByteBuffer record) {
        byte[] name = bytes(record, record.getShort() & 0xffff);
        return streams.computeIfAbsent(new String(name, StandardCharsets.UTF_8), key -> new Stream());
    }

    private static byte[] bytes(ByteBuffer record, int length) {
        byte[] bytes = new byte[length];
        record.get(bytes);
        return bytes;
    }

    @Override
    public Optional<byte[]> key(Member chunk) {
        return Optional.ofNullable(keys.get(Where.of(chunk))).map(byte[]::clone);
    }

    @Override
    public void keepKey(Member chunk, byte[] key) {
        byte[] old = keys.put(Where.of(chunk), key.clone());
        if (!Arrays.equals(old, key)) {
            byte[] record = Where.of(chunk).write(KEY).bytes(key).record();
            if (index.get() == null) {
                early.offer(record);
            } else {
                append(record);
            }
        }
    }

    @Override
    public Optional<byte[]> hashes(Member chunk) {
        return Optional.ofNullable(hashes.get(Where.of(chunk)));
    }

    @Override
    public void keepHashes(Member chunk, byte[] parts) {
        byte[] old = hashes.put(Where.of(chunk), parts);
        if (!Arrays.equals(old, parts)) {
            append(Where.of(chunk).write(HASHES).bytes(parts).record());
        }
    }

    /** Fills {@code table} with what is known of the stream {@code name}, and keeps what it learns. */
    void follow(String name, Checkpoints table) {
        Stream known = streams.remove(name);
        if (known != null) {
            known.checkpoints.forEach(table::add);
            if (known.size >= 0) {
                table.setDecodedSize(known.size);
            }
        }
        byte[] id = name.getBytes(StandardCharsets.UTF_8);
        table.listen(new Checkpoints.Listener() {
            @Override
            public void added(Checkpoint checkpoint) {
                append(stream(CHECKPOINT, id, 2 * Long.BYTES + checkpoint.state().length)
                        .putLong(checkpoint.decodedOffset()).putLong(checkpoint.compressedBit()).put(checkpoint.state()));
            }

            @Override
            public void sized(long decodedSize) {
                append(stream(SIZE, id, Long.BYTES).putLong(decodedSize));
            }
        });
    }

    /** Whether at least the first entry of the archive of {@code path} is known. */
    boolean hasEntries(String path) {
        return entries.containsKey(path);
    }

    /** The first entry of the archive of {@code path}, if that is known. */
    Optional<TarEntry> firstEntry(String path) {
        return entries(path, 1).map(List::getFirst);
    }

    /** All entries of the archive of {@code path}, if they are known. */
    Optional<List<TarEntry>> allEntries(String path) {
        byte[] record = entries.get(path);
        return record == null || record[0] == 0 ? Optional.empty() : entries(path, Integer.MAX_VALUE);
    }

    private Optional<List<TarEntry>> entries(String path, int most) {
        byte[] record = entries.get(path);
        if (record == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(EntryRecord.read(new RecordReader(ByteBuffer.wrap(record, 1, record.length - 1)), most))
                    .filter(found -> !found.isEmpty());
        } catch (QbfsException | BufferUnderflowException e) {
            LOG.warn("an index record of entries that cannot be: {}", e.toString());
            entries.remove(path, record);
            return Optional.empty();
        }
    }

    /**
     * Keeps entries of the archive of {@code path}, unless they take too much.
     *
     * @param all whether there are no others; else they are the first ones
     */
    void keepEntries(String path, List<TarEntry> found, boolean all) {
        RecordWriter writer = new RecordWriter().octet(all ? 1 : 0);
        if (!EntryRecord.write(found, writer)) {
            return;
        }
        byte[] record = writer.record();
        if (putEntries(path, record)) {
            append(new RecordWriter().octet(ENTRIES).text(path).bytes(record).record());
        }
    }

    /** False if there is no room, or if all entries are known already. */
    private boolean putEntries(String path, byte[] record) {
        byte[] known = entries.get(path);
        if (record.length < 2 || known != null && known[0] >= record[0]
                || entryBytes.get() + record.length > MOST_ENTRY_BYTES) {
            return false;
        }
        byte[] before = entries.put(path, record);
        entryBytes.addAndGet(record.length - (before == null ? 0 : before.length));
        return true;
    }

    private static ByteBuffer stream(byte kind, byte[] name, int more) {
        return ByteBuffer.allocate(1 + Short.BYTES + name.length + more).put(kind).putShort((short) name.length).put(name);
    }

    private void append(ByteBuffer record) {
        append(record.array());
    }

    private void append(byte[] record) {
        IndexFile file = index.get();
        if (file == null) {
            return;
        }
        try {
            file.append(record);
        } catch (IOException e) {
            if (index.compareAndSet(file, null)) {
                LOG.warn("the index is not written any further: {}", e.toString());
                close(file);
            }
        }
    }

    private static void close(IndexFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("the index cannot be closed: {}", e.toString());
        }
    }

    /** How large the index file is; 0 if there is none. */
    long indexSize() {
        IndexFile file = index.get();
        return file == null ? 0 : file.size();
    }

    /** Closes the index, and wipes the keys. */
    @Override
    public void close() throws IOException {
        IndexFile file = index.getAndSet(null);
        if (file != null) {
            file.close();
        }
        keys.values().forEach(key -> Arrays.fill(key, (byte) 0));
        keys.clear();
        early.forEach(record -> Arrays.fill(record, (byte) 0));
    }
}
