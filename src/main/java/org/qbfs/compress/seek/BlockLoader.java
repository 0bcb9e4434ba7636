// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.seek.BlockCache.Block;
import org.qbfs.io.ByteSource;

/**
 * Decodes blocks of one source. Each decoder is used by one thread at a time; a thread whose block lies shortly before
 * a decoder that is at work waits for it, and starts from a checkpoint otherwise. Nothing is decoded with the
 * lock held, and a thread that decodes waits for no other, but for a helper of its own that is at work.
 */
final class BlockLoader {
    /** What it costs to start from a checkpoint, in decoded bytes of the same time. */
    private static final long OPEN_COST = 64 << 10;
    /** A thread waits for so many decoders that end before its block; then it starts one of its own. */
    private static final int MOST_WAITS = 3;
    /** So many blocks before the one that was wanted are kept as well: readers also go backwards. */
    private static final int KEPT_BEFORE = 16;

    /** What lies further behind a place to start is spilled: a tenth of a second's decoding of xz. */
    private static final long SPILL_DISTANCE = 8 << 20;
    /** A read that would decode more than this first asks the codec for better places to start. */
    private static final long SURVEY_DISTANCE = 4 << 20;

    private final String name;
    private final ByteSource compressed;
    private final Codec codec;
    private final BlockCache cache;
    private final Checkpoints checkpoints;
    private final ReadAhead readAhead;
    private final KnownDamage damage = new KnownDamage();
    private final long source;
    private final int blockSize;
    private final AtomicBoolean surveyed = new AtomicBoolean();
    private final AtomicReference<CompletableFuture<Long>> ending = new AtomicReference<>();

    /** Guards {@link #busy} and {@link #tasks}. */
    private final ReentrantLock lock = new ReentrantLock();
    /** A decoder was given back, or a block delivered. */
    private final Condition progress = lock.newCondition();
    private final List<Cursor> busy = new ArrayList<>();
    private final List<Long> tasks = new ArrayList<>();

    BlockLoader(String name, ByteSource compressed, Codec codec, BlockCache cache, Checkpoints checkpoints,
            ReadAhead readAhead) {
        this.name = name;
        this.compressed = compressed;
        this.codec = codec;
        this.cache = cache;
        this.checkpoints = checkpoints;
        this.readAhead = readAhead;
        this.source = cache.newSource();
        this.blockSize = cache.blockSize();
    }

    /** The number of the source in the cache. */
    long source() {
        return source;
    }

    /**
     * Whether a task that begins at block {@code start} should run now. Tasks that would start from the same
     * checkpoint would wait for each other: the second one is refused; and any second one where a decoder has helpers, which
     * are then busy.
     */
    boolean beginTask(long start) {
        long from = checkpoints.before(start * blockSize).decodedOffset();
        lock.lock();
        try {
            for (Long other : tasks) {
                if (codec.usesHelpers() || checkpoints.before(other * blockSize).decodedOffset() == from) {
                    return false;
                }
            }
            tasks.add(start);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void endTask(long start) {
        lock.lock();
        try {
            tasks.remove(Long.valueOf(start));
        } finally {
            lock.unlock();
        }
    }

    /** Delivers all that was claimed; a block that cannot be had carries its error. */
    void load(Claims claims) {
        try {
            for (long block = claims.first(); block >= 0; block = claims.first()) {
                if (block * blockSize >= checkpoints.decodedSize().orElse(Long.MAX_VALUE)) {
                    deliver(block, claims.promise(block), new Block(new byte[0], null));
                } else if (!isKnown(claims, block) && !surveyFor(block * blockSize)) {
                    loadFrom(claims, block);
                }
            }
        } catch (Throwable e) {
            claims.fail(e);
            throw e;
        }
    }

    /** Before much is decoded: asks the codec, once, whether there are places to start. True if it was asked. */
    private boolean surveyFor(long start) {
        long from = Math.max(checkpoints.before(start).decodedOffset(), cache.idlePosition(source, start));
        if (start - from < SURVEY_DISTANCE || !surveyed.compareAndSet(false, true)) {
            return false;
        }
        try {
            codec.survey(compressed, checkpoints).ifPresent(checkpoints::setDecodedSize);
        } catch (IOException e) {
            // The end cannot be read. What lies before it can, and reading there tells of the damage if need be.
            return false;
        }
        return true;
    }

    /** Decodes to the end; several callers wait for one. */
    long decodeToEnd() throws IOException {
        CompletableFuture<Long> mine = new CompletableFuture<>();
        CompletableFuture<Long> other = ending.compareAndExchange(null, mine);
        if (other != null) {
            try {
                return other.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw e;
            }
        }
        try {
            long size = toEnd();
            mine.complete(size);
            return size;
        } catch (Throwable e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            ending.set(null);
        }
    }

    private long toEnd() throws IOException {
        if (surveyFor(Long.MAX_VALUE) && checkpoints.decodedSize().isPresent()) {
            return checkpoints.decodedSize().getAsLong();
        }
        long last = checkpoints.before(Long.MAX_VALUE).decodedOffset();
        KnownDamage.Damage known = damage.between(last, Long.MAX_VALUE);
        if (known != null) {
            throw known.error();
        }
        long began = System.nanoTime();
        byte[] skipped = new byte[blockSize];
        Cursor cursor = acquire(Long.MAX_VALUE, new CompletableFuture<>());
        try {
            while (checkpoints.decodedSize().isEmpty()) {
                long here = cursor.position() / blockSize;
                CompletableFuture<Block> promise = cache.get(source, here);
                Block block;
                if (cursor.position() % blockSize == 0 && promise != null && !promise.isDone()) {
                    block = fill(cursor, new byte[blockSize], blockSize, began);
                    deliver(here, promise, block);
                } else {
                    block = fill(cursor, skipped, (int) (blockSize - cursor.position() % blockSize), began);
                    cursor.keep(null);
                }
                if (block.failure() != null) {
                    throw block.failure();
                }
            }
            return checkpoints.decodedSize().getAsLong();
        } finally {
            release(cursor);
        }
    }

    /** Delivers a block without decoding: one that a decoder keeps, or the error that decoding it meets. */
    private boolean isKnown(Claims claims, long block) {
        long start = block * blockSize;
        Block kept = cache.keptByIdle(source, block);
        if (kept == null && codec.isSlow()) {
            kept = cache.spilled(source, block);
        }
        if (kept != null) {
            deliver(block, claims.promise(block), kept);
            return true;
        }
        long from = Math.max(checkpoints.before(start).decodedOffset(), cache.idlePosition(source, start));
        KnownDamage.Damage known = damage.between(from, start + blockSize);
        if (known == null) {
            return false;
        }
        boolean inside = known.offset() >= start;
        if (inside && known.tail() == null) {
            return false;
        }
        deliver(block, claims.promise(block), new Block(inside ? known.tail() : new byte[0], known.error()));
        return true;
    }

    /** Decodes from the nearest place before {@code first} as far as the claims go without a better place to start. */
    private void loadFrom(Claims claims, long first) {
        long began = System.nanoTime();
        Cursor cursor = acquire(first * blockSize, claims.promise(first));
        if (cursor == null) {
            return;
        }
        try {
            for (long wanted = first; wanted >= 0 && isBestFor(cursor, wanted); wanted = claims.first()) {
                if (!reach(cursor, wanted, began)) {
                    return;
                }
                Block block = fill(cursor, new byte[blockSize], blockSize, began);
                deliver(wanted, claims.promise(wanted), block);
                if (block.bytes().length < blockSize) {
                    return;
                }
            }
        } finally {
            release(cursor);
        }
    }

    private boolean isBestFor(Cursor cursor, long block) {
        long start = block * blockSize;
        return cursor.position() <= start
                && start - cursor.position() <= start - checkpoints.before(start).decodedOffset() + OPEN_COST;
    }

    /** Decodes up to the start of {@code block}; false if the end or damage comes before. */
    private boolean reach(Cursor cursor, long block, long began) {
        byte[] skipped = null;
        while (cursor.position() < block * blockSize) {
            long here = cursor.position() / blockSize;
            if (cursor.position() % blockSize == 0) {
                CompletableFuture<Block> promise = cache.get(source, here);
                boolean keep = promise == null ? block - here <= KEPT_BEFORE : !promise.isDone();
                if (keep) {
                    Block passed = fill(cursor, new byte[blockSize], blockSize, began);
                    if (passed.failure() == null || promise != null) {
                        pass(here, passed);
                    }
                    if (passed.bytes().length < blockSize) {
                        return false;
                    }
                    continue;
                }
            }
            if (skipped == null) {
                skipped = new byte[blockSize];
            }
            int length = (int) Math.min(blockSize - cursor.position() % blockSize,
                    block * blockSize - cursor.position());
            Block passed = fill(cursor, skipped, length, began);
            cursor.keep(null);
            if (passed.bytes().length < length) {
                return false;
            }
        }
        return true;
    }

    /** A block that was decoded on the way to another. */
    private void pass(long block, Block passed) {
        CompletableFuture<Block> done = CompletableFuture.completedFuture(passed);
        CompletableFuture<Block> promise = cache.claim(source, block, done);
        if (promise != null) {
            deliver(block, promise, passed);
        }
    }

    /** Up to {@code length} bytes; fewer at the end, whose place is kept, and at damage. */
    private Block fill(Cursor cursor, byte[] bytes, int length, long began) {
        int done = 0;
        try {
            while (done < length) {
                int got = cursor.read(bytes, done, length - done);
                if (got < 0) {
                    checkpoints.setDecodedSize(cursor.position());
                    spill(cursor.position() - done, bytes, done);
                    return new Block(Arrays.copyOf(bytes, done), null);
                }
                done += got;
            }
            Block whole = new Block(bytes, null);
            if (done == blockSize) {
                cursor.keep(whole);
                spill(cursor.position() - done, bytes, done);
            }
            return whole;
        } catch (IOException e) {
            long start = cursor.position() - done;
            byte[] got = Arrays.copyOf(bytes, done);
            damage.add(cursor.position(), start % blockSize == 0 ? got : null, e, System.nanoTime() - began);
            return new Block(got, e);
        }
    }

    /** Keeps a block on disk if it is far from where decoding can start, in a format that is slow. */
    private void spill(long start, byte[] bytes, int length) {
        if (codec.isSlow() && start % blockSize == 0
                && start - checkpoints.before(start).decodedOffset() >= SPILL_DISTANCE) {
            cache.spill(source, start / blockSize, bytes, length);
        }
    }

    private void deliver(long block, CompletableFuture<Block> promise, Block decoded) {
        if (decoded.failure() == null) {
            cache.decoded(source, block, decoded);
        }
        promise.complete(decoded);
        if (decoded.failure() != null) {
            cache.forget(source, block, promise);
        }
        signal();
    }

    private void signal() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A decoder at or before {@code start}, for this thread alone.
     *
     * @return null if {@code promise} was kept by another thread meanwhile
     */
    private Cursor acquire(long start, CompletableFuture<Block> promise) {
        Checkpoint from;
        Cursor waitedFor = null;
        int waits = 0;
        lock.lock();
        try {
            for (;;) {
                if (promise.isDone()) {
                    return null;
                }
                from = checkpoints.before(start);
                long idleAt = cache.idlePosition(source, start);
                Cursor coming = busyBetween(Math.max(idleAt + 1, from.decodedOffset()), start);
                if (coming != null && waits < MOST_WAITS) {
                    waits += coming == waitedFor ? 0 : 1;
                    waitedFor = coming;
                    progress.awaitUninterruptibly();
                    continue;
                }
                if (idleAt >= 0 && idleAt >= from.decodedOffset() - OPEN_COST) {
                    Cursor cursor = cache.takeIdle(source, start);
                    if (cursor != null) {
                        busy.add(cursor);
                        return cursor;
                    }
                    continue;
                }
                return open(from);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The decoder at work that will come past first, and sooner than one that starts now; null if there is none. */
    private Cursor busyBetween(long from, long to) {
        Cursor nearest = null;
        for (Cursor cursor : busy) {
            long position = cursor.position();
            if (position >= from && position <= to && (nearest == null || position > nearest.position())) {
                nearest = cursor;
            }
        }
        return nearest;
    }

    /** A cursor that starts its decoder with the first read, outside the lock: that may cost seconds. */
    private Cursor open(Checkpoint from) {
        Cursor cursor = new Cursor(source, name, from.decodedOffset(),
                () -> readAhead.maxBytes() == 0
                        ? codec.open(compressed, from, checkpoints)
                        : codec.open(compressed, from, checkpoints, readAhead.executor()));
        busy.add(cursor);
        return cursor;
    }

    private void release(Cursor cursor) {
        lock.lock();
        try {
            busy.remove(cursor);
            if (cursor.isFinished()) {
                cursor.close();
            } else {
                cache.putIdle(cursor);
            }
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
