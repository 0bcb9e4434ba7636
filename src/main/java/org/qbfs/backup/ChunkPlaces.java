// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarEntry;
import org.qbfs.tar.TarReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the chunks of a backup file lie. What this process has read itself is believed. Of a catalog that is remembered
 * from an earlier one, each chunk's header is read before the chunk is used: one small read beside what follows it.
 * Where a header is not what it was, the file is scanned anew; if it holds the same, the chunk is used where it is now, and
 * otherwise the read fails: what else was remembered need not be true either. Safe for many threads.
 */
public final class ChunkPlaces {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkPlaces.class);
    private static final int HEADER_WINDOW = 4 << 10;

    private final ByteSource file;
    private final Map<Chunk, Chunk> confirmed = new ConcurrentHashMap<>();
    private volatile Optional<Remembered> remembered = Optional.empty();
    /** Guards {@link #anew}; held for a scan of the file. */
    private final ReentrantLock scanning = new ReentrantLock();
    private Optional<Catalog> anew = Optional.empty();

    private record Remembered(Catalog catalog, Consumer<Catalog> changed) {}

    /** The places in {@code file}, all of them believed until {@link #remember}. */
    public ChunkPlaces(ByteSource file) {
        this.file = file;
    }

    ByteSource file() {
        return file;
    }

    /**
     * From now on chunks are of {@code catalog}, which is remembered.
     *
     * @param changed is told, once, what the file holds if it is found to hold something else
     */
    public void remember(Catalog catalog, Consumer<Catalog> changed) {
        remembered = Optional.of(new Remembered(catalog, changed));
    }

    /** Whether the headers of {@code member} are where they were, and what they were. Costs one small read. */
    public boolean isThere(Member member) throws IOException {
        if (hasHeader(member)) {
            return true;
        }
        // What is in memory may be what a bad cable made of it.
        file.dropCached(member.headerOffset(), member.dataOffset() - member.headerOffset());
        return hasHeader(member);
    }

    private boolean hasHeader(Member member) throws IOException {
        try {
            return TarReader.ofPlainFiles(new Window(file, HEADER_WINDOW)).entryAt(member.headerOffset())
                    .filter(entry -> entry.type() == TarEntry.Type.FILE && entry.sparse().isEmpty())
                    .filter(entry -> entry.name().equals(member.name()) && entry.dataOffset() == member.dataOffset()
                            && entry.storedSize() == member.size())
                    .isPresent();
        } catch (QbfsException e) {
            return false;
        }
    }

    /**
     * {@code chunk} where it is now.
     *
     * @throws CorruptData if the file is another one than is remembered
     */
    Chunk confirmed(Chunk chunk) throws IOException {
        if (remembered.isEmpty()) {
            return chunk;
        }
        Chunk known = confirmed.get(chunk);
        if (known == null) {
            boolean isThere = isThere(chunk.member()) && (chunk.mac().isEmpty() || isThere(chunk.mac().get()));
            known = isThere ? chunk : elsewhere(chunk);
            confirmed.put(chunk, known);
        }
        return known;
    }

    private Chunk elsewhere(Chunk chunk) throws IOException {
        Catalog now = anew();
        return Optional.of(now)
                .filter(catalog -> Arrays.equals(catalog.print(), remembered.orElseThrow().catalog().print()))
                .flatMap(catalog -> catalog.group(chunk.path()))
                .flatMap(group -> group.chunks().stream().filter(other -> other.number() == chunk.number()).findFirst())
                .orElseThrow(() -> new CorruptData("the backup file is another one than when its index was written, "
                        + "although nothing told of it; open it again", chunk.place(file.name())));
    }

    private Catalog anew() throws IOException {
        scanning.lock();
        try {
            if (anew.isEmpty()) {
                LOG.warn("{}: its layout is not what the index says; it is read anew", file.name());
                Catalog catalog = Catalog.scan(file);
                remembered.orElseThrow().changed().accept(catalog);
                anew = Optional.of(catalog);
            }
            return anew.get();
        } finally {
            scanning.unlock();
        }
    }
}
