// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.FileGroup;
import org.qbfs.compress.Codecs;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.deflate.GzipTail;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.compress.seek.SpillFile;
import org.qbfs.io.ByteSource;

/** The decompression layer, with what all streams of a backup share. Safe for many threads. */
final class Decoding implements Closeable {
    private static final int HEAD_BYTES = Codecs.HEAD;
    /** How far decoding runs ahead of a reader that goes forward; a part of the cache, so that it stays there. */
    private static final long MOST_AHEAD = 32L << 20;

    /** Memory for the checkpoints of all streams together. */
    private static final long MOST_CHECKPOINT_BYTES = 192L << 20;
    private static final long LEAST_CHECKPOINT_BYTES = 1 << 20;

    private final Optional<String> forcedFilter;
    private final SpillFile spill;
    private final BlockCache cache;
    private final Learned learned;
    private final long backupSize;
    private final ReadAhead readAhead;
    private final boolean salvaging;

    /** For a backup file of {@code backupSize} bytes. */
    Decoding(Settings settings, Executor executor, Learned learned, long backupSize) {
        this.learned = learned;
        this.backupSize = backupSize;
        this.forcedFilter = settings.compressionFilter();
        this.salvaging = settings.salvage();
        this.spill = new SpillFile(settings.spill().directory(), settings.spill().bytes());
        this.cache = new BlockCache(settings.cacheBytes(), BlockCache.DEFAULT_BLOCK_SIZE, BlockCache.DEFAULT_IDLE_DECODERS, spill);
        this.readAhead = new ReadAhead(executor, Math.min(MOST_AHEAD, settings.cacheBytes() / 6));
    }

    /** The decompressed bytes of {@code compressed}, the stream of {@code group}. Reads the start of it. */
    InnerTar decode(FileGroup group, ByteSource compressed, BackupHeader header, Salvage.Losses losses) throws IOException {
        Codec codec = forcedFilter.isPresent()
                ? Codecs.named(forcedFilter.get(), compressed.name())
                : detect(compressed, header);
        ByteSource decoded = decode(group.path(), group.storedSize(), compressed, codec);
        return isSalvaged(codec)
                ? new InnerTar(decoded, Optional.of(new Salvage(compressed, losses, () -> new GzipTail(compressed, cache,
                        () -> checkpoints(group.storedSize(), codec), readAhead))))
                : InnerTar.of(decoded);
    }

    /**
     * The bytes of {@code compressed} decompressed by {@code codec}. Reads nothing yet.
     *
     * @param id tells the stream from the others of the backup
     * @param storedSize how many bytes of the backup file it comes from
     */
    ByteSource decode(String id, long storedSize, ByteSource compressed, Codec codec) {
        Checkpoints checkpoints = checkpoints(storedSize, codec);
        learned.follow(id, checkpoints);
        return new DecodedSource(compressed.name() + " (" + codec.name() + ")", compressed, codec, cache,
                checkpoints, readAhead);
    }

    private boolean isSalvaged(Codec codec) {
        return salvaging && codec.name().equals("gzip");
    }

    private Checkpoints checkpoints(long storedSize, Codec codec) {
        return new Checkpoints(Checkpoints.DEFAULT_SPACING, tableBytes(checkpointBytes(), (double) storedSize / Math.max(1, backupSize),
                isSalvaged(codec)));
    }

    /**
     * How much memory a table of checkpoints may take. A stream that is salvaged may have two tables, one of them for what lies behind
     * a loss: they share what it gets.
     *
     * @param all memory for the checkpoints of all streams
     * @param part which part of the backup the stream is
     */
    static long tableBytes(long all, double part, boolean isSalvaged) {
        return Math.max(LEAST_CHECKPOINT_BYTES, (long) (all * part)) / (isSalvaged ? 2 : 1);
    }

    private static long checkpointBytes() {
        return Math.min(MOST_CHECKPOINT_BYTES, Runtime.getRuntime().maxMemory() / 4);
    }

    private static Codec detect(ByteSource compressed, BackupHeader header) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
        int length = compressed.read(0, head);
        return Codecs.detect(Arrays.copyOf(head.array(), length), header.compressionFilter().orElse("gzip"), compressed.name());
    }

    /** Gives back the room on disk. */
    @Override
    public void close() throws IOException {
        spill.close();
    }
}
