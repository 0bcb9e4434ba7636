// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.codec.WindowPacker;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/**
 * Finds the end of a gzip stream of one member that can be decoded although what comes before it is lost. For one
 * thread.
 *
 * <p>The first block header behind the loss from which everything decodes to the very end of the stream is taken for one, and left
 * behind: what is given begins at a block boundary 64 KiB further on or more, and there behind the first
 * 32 KiB that do not depend on what came before. That they do not is seen by decoding twice, behind 32 KiB of zeros and behind as
 * much of ones: a byte that is the same both times stands in the stream, or is copied from one that does.
 *
 * <p>Bytes that happen to look like blocks, such as those of a gzip file that did not shrink and was stored, may decode
 * for a long time, and in theory fall in with the true blocks. Since a stored block is no longer than what is skipped, there is then a true header among
 * the skipped bytes that was not passed. So every header in them is tried, and if there is another one from which all decodes to
 * the end, nothing is given.
 */
public final class GzipTail {
    /** How far the first header is looked for, in compressed bytes. zlib's blocks are shorter than 100 KiB. */
    private static final long SEARCHED = 16 << 20;
    private static final int STEP = 128 << 10;
    /** A checkpoint's state at a block header: see {@link Inflate#blockState}. */
    private static final byte[] AT_HEADER = {0};
    /** Two windows that differ in every byte: what depends on the window comes out differently. */
    private static final byte[] ZEROS = windowOf(0);
    private static final byte[] ONES = windowOf(0xff);

    private final Watched compressed;
    private final BlockCache cache;
    private final Supplier<Checkpoints> checkpoints;
    private final ReadAhead readAhead;
    private final Limits limits;
    /** How many bytes were read and decoded for what turned out to be no start. */
    private long wasted;

    /**
     * How far a search goes.
     *
     * @param skipped how many bytes behind the first header are left behind
     * @param wasted how much may be read and decoded in vain, in bytes
     */
    record Limits(int skipped, long wasted) {
        /** A stored block and its header; and enough to follow many files that were stored, for some ten megabytes each. */
        static final Limits DEFAULT = new Limits((64 << 10) + 8, 1L << 30);

        /** The same, but for how much is left behind. */
        Limits skipping(int bytes) {
            return new Limits(bytes, wasted);
        }
    }

    /**
     * A search in {@code compressed}, which stays the caller's, for a tail that uses {@code cache}.
     *
     * @param checkpoints makes empty tables
     */
    public GzipTail(ByteSource compressed, BlockCache cache, Supplier<Checkpoints> checkpoints, ReadAhead readAhead) {
        this(compressed, cache, checkpoints, readAhead, Limits.DEFAULT);
    }

    /** The same with other limits. */
    GzipTail(ByteSource compressed, BlockCache cache, Supplier<Checkpoints> checkpoints, ReadAhead readAhead, Limits limits) {
        this.compressed = new Watched(compressed);
        this.cache = cache;
        this.checkpoints = checkpoints;
        this.readAhead = readAhead;
        this.limits = limits;
    }

    /**
     * The decoded bytes from somewhere behind byte {@code from} of the compressed stream up to its end. Where in the whole decoded
     * stream they begin is not known. Its size is; to find it out, all is decoded once.
     *
     * @return nothing if no place was found that is beyond doubt
     * @throws IOException if the compressed bytes behind {@code from} cannot all be read
     */
    public Optional<DecodedSource> find(long from) throws IOException {
        long limit = Math.min(from + SEARCHED, compressed.size()) * Byte.SIZE;
        BlockFinder finder = new BlockFinder(compressed, from, limit);
        for (long header = finder.next(); header >= 0 && wasted < limits.wasted(); header = finder.next()) {
            Set<Long> passed = new HashSet<>();
            Optional<DecodedSource> tail = tail(header, passed);
            if (tail.isPresent()) {
                return ifOnlyOne(tail.get(), header, passed);
            }
        }
        return Optional.empty();
    }

    private Optional<DecodedSource> ifOnlyOne(DecodedSource tail, long header, Set<Long> passed) throws IOException {
        boolean onlyOne = false;
        try {
            onlyOne = isOnlyOne(header, passed);
        } finally {
            if (!onlyOne) {
                tail.close();
            }
        }
        return onlyOne ? Optional.of(tail) : Optional.empty();
    }

    /** The tail behind the block at {@code header}, if that is one; adds the headers on the way, up to where it begins. */
    private Optional<DecodedSource> tail(long header, Set<Long> passed) throws IOException {
        long wastedBefore = wasted;
        long before = compressed.bytesRead.get();
        BlockWalk walk = null;
        try {
            walk = new BlockWalk(compressed, header);
            long at;
            do {
                at = walk.next();
                passed.add(at);
                passed.add(BlockFinder.storedHeader(at));
            } while (at >= 0 && at < header + limits.skipped() * (long) Byte.SIZE);
            Optional<Checkpoint> start = at < 0 ? Optional.empty() : firstKnown(at);
            if (start.isPresent()) {
                DecodedSource tail = decodedToEnd(start.get());
                wasted = wastedBefore;
                return Optional.of(tail);
            }
        } catch (CorruptData | TruncatedData e) {
            compressed.requireIntact();
        }
        wasted += (walk == null ? 0 : walk.decoded()) + compressed.bytesRead.get() - before;
        return Optional.empty();
    }

    private DecodedSource decodedToEnd(Checkpoint start) throws IOException {
        DecodedSource tail = new DecodedSource(compressed.name() + " (gzip, behind a loss)", compressed, new TailCodec(start), cache,
                checkpoints.get(), readAhead);
        try {
            tail.size();
            return tail;
        } catch (IOException e) {
            wasted += tail.knownUpTo();
            tail.close();
            throw e;
        }
    }

    /** The first place that is seen behind the header at {@code bit} where the window before it is known. */
    private Optional<Checkpoint> firstKnown(long bit) throws IOException {
        KnownWindow known = new KnownWindow();
        byte[] ours = new byte[STEP];
        byte[] others = new byte[STEP];
        try (Decoder behindZeros = open(bit, ZEROS, known); Decoder behindOnes = open(bit, ONES, CheckpointSink.NONE)) {
            try {
                while (known.first.isEmpty()) {
                    int got = behindZeros.read(ours, 0, STEP);
                    if (got < 0) {
                        break;
                    }
                    for (int done = 0; done < got;) {
                        done += behindOnes.read(others, done, got - done);
                    }
                    int last = Arrays.equals(ours, 0, got, others, 0, got) ? 0 : got;
                    while (last > 0 && ours[last - 1] == others[last - 1]) {
                        last--;
                    }
                    if (last > 0) {
                        known.unknownUpTo = behindZeros.position() - got + last;
                    }
                }
            } finally {
                // A start that was none mostly ends in an error.
                wasted += behindZeros.position() + behindOnes.position();
            }
        }
        return known.first;
    }

    /** Whether decoding comes to the end from none of the headers behind {@code header} that were not passed. */
    private boolean isOnlyOne(long header, Set<Long> passed) throws IOException {
        long last = passed.stream().mapToLong(Long::longValue).max().orElseThrow();
        BlockFinder finder = new BlockFinder(compressed, header >>> 3, last);
        for (long other = finder.next(); other >= 0; other = finder.next()) {
            if (other > header && !passed.contains(other) && (reachesEnd(other) || wasted >= limits.wasted())) {
                return false;
            }
        }
        return true;
    }

    private boolean reachesEnd(long header) throws IOException {
        wasted += CompressedInput.CAPACITY;
        byte[] bytes = new byte[STEP];
        try (Decoder decoder = open(header, ZEROS, CheckpointSink.NONE)) {
            while (wasted < limits.wasted()) {
                int got = decoder.read(bytes, 0, STEP);
                if (got < 0) {
                    return true;
                }
                wasted += got;
            }
        } catch (CorruptData | TruncatedData e) {
            compressed.requireIntact();
        }
        return false;
    }

    /** Decodes from the header at {@code bit} on, as if the bytes of {@code window} came before it. */
    private Decoder open(long bit, byte[] window, CheckpointSink sink) throws IOException {
        return new TailCodec(new Checkpoint(0, bit, window)).open(compressed, Checkpoint.START, sink);
    }

    /** The state at a header behind a window that is full of {@code unknown}. */
    private static byte[] windowOf(int unknown) {
        byte[] window = new byte[Inflate.WINDOW];
        Arrays.fill(window, (byte) unknown);
        return WindowPacker.pack(AT_HEADER, window, 0, window.length);
    }

    /** gzip whose first byte is that at {@code start}, which counts from 0. */
    private record TailCodec(Checkpoint start) implements Codec {
        @Override
        public String name() {
            return "gzip";
        }

        @Override
        public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
            return new InflateDecoder(InflateDecoder.Wrapper.GZIP_TAIL, compressed, from.decodedOffset() == 0 ? start : from, sink);
        }
    }

    /** Takes the first checkpoint whose window is known. */
    private static final class KnownWindow implements CheckpointSink {
        long unknownUpTo;
        Optional<Checkpoint> first = Optional.empty();

        @Override
        public boolean wants(long decodedOffset) {
            return first.isEmpty() && decodedOffset - unknownUpTo >= Inflate.WINDOW;
        }

        @Override
        public void add(Checkpoint checkpoint) {
            first = Optional.of(new Checkpoint(0, checkpoint.compressedBit(), checkpoint.state()));
        }
    }

    /** Tells a source that cannot be read from one that does not decode. */
    private static final class Watched implements ByteSource {
        private final ByteSource source;
        private final AtomicLong bytesRead = new AtomicLong();
        private volatile IOException failure;

        Watched(ByteSource source) {
            this.source = source;
        }

        void requireIntact() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public long size() throws IOException {
            return source.size();
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            try {
                int got = source.read(position, dst);
                bytesRead.addAndGet(got);
                return got;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public String name() {
            return source.name();
        }
    }
}
