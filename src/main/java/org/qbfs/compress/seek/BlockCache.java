// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decoded blocks of all sources, weighed in bytes, and the few decoders that wait for the next read. Safe for many
 * threads; no lock is held while something is decoded.
 */
public final class BlockCache {
    /** Default size of a block: what the kernel asks for at most in one read of a file. */
    public static final int DEFAULT_BLOCK_SIZE = 128 << 10;
    /** So many decoders wait for the next read, unless said otherwise. */
    public static final int DEFAULT_IDLE_DECODERS = 16;
    /** Idle decoders may take half as much memory as the blocks, and this in any case. */
    private static final long LEAST_IDLE_BYTES = 32 << 20;
    /** The part of the memory that is for blocks decoded lately, whether they are read again or not. */
    private static final int RECENT_PART = 2;
    /** What an entry takes besides its bytes. */
    private static final int ENTRY_BYTES = 200;

    private final AsyncCache<Key, Block> blocks;
    private final RecentBlocks<Key> recent;
    private final long maxBytes;
    private final int blockSize;
    private final int maxIdle;
    private final SpillFile spill;
    private final long maxIdleBytes;
    private final AtomicLong sources = new AtomicLong();
    /** Guarded by itself: decoders in no use, the one used longest ago first. */
    private final List<Cursor> idle = new ArrayList<>();

    /** A block of a source. */
    private record Key(long source, long block) {}

    /**
     * Decoded bytes of one block: all of it, or as many as there are before the end or a damage.
     *
     * @param failure why there are not more; null at the end
     */
    record Block(byte[] bytes, IOException failure) {}

    /** A cache of up to {@code maxBytes} of blocks of the default size. */
    public BlockCache(long maxBytes) {
        this(maxBytes, DEFAULT_BLOCK_SIZE, DEFAULT_IDLE_DECODERS);
    }

    /**
     * A cache without a spill file.
     *
     * @param maxBytes of decoded blocks
     * @param blockSize in bytes; the unit in which sources are decoded
     * @param maxIdle how many decoders wait for the next read, of all sources; each keeps its window in memory
     */
    public BlockCache(long maxBytes, int blockSize, int maxIdle) {
        this(maxBytes, blockSize, maxIdle, new SpillFile(Path.of("."), 0));
    }

    /**
     * A cache.
     *
     * @param maxBytes of decoded blocks
     * @param blockSize in bytes; the unit in which sources are decoded
     * @param maxIdle how many decoders wait for the next read, of all sources; each keeps its window in memory
     * @param spill gets the blocks that are dear to decode again; stays the caller's to close
     */
    public BlockCache(long maxBytes, int blockSize, int maxIdle, SpillFile spill) {
        if (maxBytes < 0 || blockSize <= 0 || maxIdle < 0) {
            throw new IllegalArgumentException(maxBytes + " bytes, blocks of " + blockSize + ", decoders " + maxIdle);
        }
        this.maxBytes = maxBytes;
        this.blockSize = blockSize;
        this.recent = new RecentBlocks<>(maxBytes / RECENT_PART);
        this.maxIdle = maxIdle;
        this.spill = spill;
        this.maxIdleBytes = Math.max(maxBytes / 2, LEAST_IDLE_BYTES);
        this.blocks = Caffeine.newBuilder()
                .maximumWeight(maxBytes - maxBytes / RECENT_PART)
                .weigher((Key key, Block block) -> block.bytes().length + ENTRY_BYTES)
                .executor(Runnable::run)
                .buildAsync();
    }

    /** The unit in which sources are decoded, in bytes. */
    public int blockSize() {
        return blockSize;
    }

    /** How far ahead of a reader it is of use to decode, in bytes: what is decoded must still be there when read. */
    long usefulReadAhead() {
        // Up to twice as far, to the end of a segment, and the reader may be a little behind.
        return maxBytes / RECENT_PART / 3;
    }

    /** A number for a new source. */
    long newSource() {
        return sources.incrementAndGet();
    }

    /** The block, or the promise of one that is being decoded; null if nobody has it. */
    CompletableFuture<Block> get(long source, long block) {
        Key key = new Key(source, block);
        CompletableFuture<Block> there = blocks.getIfPresent(key);
        if (there != null) {
            return there;
        }
        Block decoded = recent.get(key);
        return decoded == null ? null : CompletableFuture.completedFuture(decoded);
    }

    /** Takes it on to deliver the block by {@code promise}; or gives the one that is there already. */
    CompletableFuture<Block> claim(long source, long block, CompletableFuture<Block> promise) {
        Key key = new Key(source, block);
        CompletableFuture<Block> there = blocks.asMap().putIfAbsent(key, promise);
        if (there != null) {
            return there;
        }
        Block decoded = recent.get(key);
        if (decoded == null) {
            return null;
        }
        promise.complete(decoded);
        return promise;
    }

    /** Notes that a block has been decoded, before its promise is kept. */
    void decoded(long source, long block, Block decoded) {
        recent.add(new Key(source, block), decoded);
    }

    /** Keeps a block on disk that is dear to decode again. */
    void spill(long source, long block, byte[] bytes, int length) {
        spill.put(new Key(source, block), bytes, length);
    }

    /** A block from disk; null if it is not there. */
    Block spilled(long source, long block) {
        byte[] bytes = spill.get(new Key(source, block));
        return bytes == null ? null : new Block(bytes, null);
    }

    /** Forgets a block that is no good. */
    void forget(long source, long block, CompletableFuture<Block> promise) {
        blocks.asMap().remove(new Key(source, block), promise);
    }

    /** Forgets all that a source has here. */
    void forgetSource(long source) {
        blocks.asMap().keySet().removeIf(key -> key.source() == source);
        recent.removeIf(key -> key.source() == source);
        List<Cursor> old = new ArrayList<>();
        synchronized (idle) {
            idle.removeIf(cursor -> cursor.source() == source && old.add(cursor));
        }
        old.forEach(Cursor::close);
    }

    /** Where the last idle decoder of {@code source} at or before {@code offset} is; -1 if there is none. */
    long idlePosition(long source, long offset) {
        synchronized (idle) {
            int found = nearest(source, offset);
            return found < 0 ? -1 : idle.get(found).position();
        }
    }

    /** The block, if an idle decoder has just decoded it. */
    Block keptByIdle(long source, long block) {
        synchronized (idle) {
            int found = nearest(source, (block + 1) * blockSize);
            return found < 0 || idle.get(found).position() != (block + 1) * blockSize ? null : idle.get(found).kept();
        }
    }

    /** Takes that decoder, for one thread's use; null if there is none any more. */
    Cursor takeIdle(long source, long offset) {
        synchronized (idle) {
            int found = nearest(source, offset);
            return found < 0 ? null : idle.remove(found);
        }
    }

    /** Keeps a decoder for the next read. */
    void putIdle(Cursor cursor) {
        List<Cursor> old = new ArrayList<>();
        synchronized (idle) {
            idle.add(cursor);
            long memory = idle.stream().mapToLong(Cursor::memory).sum();
            // The one used last stays, however large: without it a sequential format would start anew each time.
            while (idle.size() > maxIdle || idle.size() > 1 && memory > maxIdleBytes) {
                Cursor oldest = idle.removeFirst();
                memory -= oldest.memory();
                old.add(oldest);
            }
        }
        old.forEach(Cursor::close);
    }

    private int nearest(long source, long offset) {
        int best = -1;
        for (int i = 0; i < idle.size(); i++) {
            Cursor cursor = idle.get(i);
            if (cursor.source() == source && cursor.position() <= offset
                    && (best < 0 || cursor.position() > idle.get(best).position())) {
                best = i;
            }
        }
        return best;
    }
}
