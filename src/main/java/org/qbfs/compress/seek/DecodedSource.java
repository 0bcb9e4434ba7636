// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.qbfs.compress.codec.Codec;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * The decoded bytes of a compressed stream, at any position. Bytes are decoded in blocks, once for all readers that
 * want them, and stay in a shared {@link BlockCache}. A read takes up the nearest decoding in progress or the nearest
 * checkpoint; its cost is at most the decoding of the distance from there. Readers that go forward are run
 * ahead of, and where checkpoints are known, on several threads.
 *
 * <p>Damage fails the reads that need the bytes behind it, up to the next checkpoint, each time with the error of
 * the codec or of the compressed source; the bytes before it can be read. It is tried again after a second, or
 * after ten times as long as it took to find it.
 *
 * <p>Does not own the compressed source. {@link #close} drops what the cache has of this source.
 */
public final class DecodedSource implements ByteSource {
    private final String name;
    private final Codec codec;
    private final BlockCache cache;
    private final Checkpoints checkpoints;
    private final ReadAhead readAhead;
    private final BlockLoader loader;
    private final ForwardReaders readers = new ForwardReaders();
    private final int blockSize;

    /**
     * A view of {@code compressed}; nothing is read yet.
     *
     * @param checkpoints what is known already, and where it is kept; for this stream alone
     */
    public DecodedSource(String name, ByteSource compressed, Codec codec, BlockCache cache, Checkpoints checkpoints,
            ReadAhead readAhead) {
        this.name = name;
        this.codec = codec;
        this.cache = cache;
        this.checkpoints = checkpoints;
        this.readAhead = readAhead;
        this.blockSize = cache.blockSize();
        this.loader = new BlockLoader(name, compressed, codec, cache, checkpoints, readAhead);
    }

    /**
     * The number of decoded bytes. Decodes to the end of the stream, unless the end has been seen before; lays
     * checkpoints on the way.
     */
    @Override
    public long size() throws IOException {
        OptionalLong known = checkpoints.decodedSize();
        return known.isPresent() ? known.getAsLong() : loader.decodeToEnd();
    }

    /** The offset behind which decoding would lay new checkpoints; the size, once the end has been seen. */
    public long knownUpTo() {
        return checkpoints.decodedSize().orElseGet(() -> checkpoints.before(Long.MAX_VALUE).decodedOffset());
    }

    /** Where in the compressed source the last checkpoint is, in bytes. */
    public long knownCompressed() {
        return checkpoints.before(Long.MAX_VALUE).compressedBit() / Byte.SIZE;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), checkpoints.decodedSize().orElse(Long.MAX_VALUE));
        if (wanted == 0) {
            return 0;
        }
        int done = 0;
        while (done < wanted) {
            long at = position + done;
            runAhead(at / blockSize, (position + wanted - 1) / blockSize);
            BlockCache.Block block = block(at / blockSize);
            int from = (int) (at % blockSize);
            int length = Math.min(wanted - done, block.bytes().length - from);
            if (length > 0) {
                dst.put(block.bytes(), from, length);
                done += length;
            }
            if (done < wanted && block.bytes().length < blockSize) {
                if (block.failure() != null) {
                    throw seenFromHere(block.failure(), position, position + wanted);
                }
                break;
            }
        }
        return done;
    }

    @Override
    public String name() {
        return name;
    }

    /** Drops what the cache has of this source. A later read starts anew. */
    @Override
    public void close() {
        cache.forgetSource(loader.source());
    }

    private BlockCache.Block block(long block) throws IOException {
        CompletableFuture<BlockCache.Block> there = cache.get(loader.source(), block);
        if (there == null) {
            CompletableFuture<BlockCache.Block> mine = new CompletableFuture<>();
            there = cache.claim(loader.source(), block, mine);
            if (there == null) {
                there = mine;
                loader.load(new Claims().with(block, mine));
            }
        }
        try {
            return there.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private IOException seenFromHere(IOException error, long start, long end) {
        return error instanceof QbfsException typed ? typed.within(Place.of(name, start, end)) : error;
    }

    /** Starts decoding of what the reader of the blocks {@code first} to {@code last} will want next. */
    private void runAhead(long first, long last) {
        long limit = Math.min(readAhead.maxBytes(), cache.usefulReadAhead()) / blockSize;
        if (limit == 0) {
            return;
        }
        ForwardReaders.Range range = readers.next(first, Math.min(last, first + limit), limit);
        long end = range.end();
        if (range.start() < end) {
            // Up to the next checkpoint: two tasks in one segment could not run at the same time.
            long whole = nextStart(end - 1);
            if (whole <= end + limit) {
                readers.extend(end, whole);
                end = whole;
            }
        }
        OptionalLong size = checkpoints.decodedSize();
        if (size.isPresent()) {
            end = Math.min(end, (size.getAsLong() + blockSize - 1) / blockSize);
        }
        for (long start = range.start(); start < end;) {
            long segmentEnd = codec.usesHelpers() ? end : Math.min(end, nextStart(start));
            if (!submit(start, segmentEnd) && segmentEnd == end) {
                readers.refused(start);
            }
            start = segmentEnd;
        }
    }

    /** The first block behind {@code block} that decoding can start at without decoding much before it. */
    private long nextStart(long block) {
        long offset = checkpoints.offsetAfter(block * blockSize);
        return offset == Long.MAX_VALUE ? Long.MAX_VALUE : (offset + blockSize - 1) / blockSize;
    }

    private boolean submit(long start, long end) {
        if (!loader.beginTask(start)) {
            return false;
        }
        try {
            readAhead.executor().execute(() -> {
                try {
                    load(start, end);
                } finally {
                    loader.endTask(start);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            loader.endTask(start);
            return false;
        }
    }

    private void load(long start, long end) {
        Claims claims = new Claims();
        for (long block = start; block < end; block++) {
            CompletableFuture<BlockCache.Block> mine = new CompletableFuture<>();
            if (cache.claim(loader.source(), block, mine) == null) {
                claims.with(block, mine);
            }
        }
        loader.load(claims);
    }
}
