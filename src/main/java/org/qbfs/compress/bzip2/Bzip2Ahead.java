// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.io.ByteSource;

/**
 * Decodes blocks of bzip2 on other threads, ahead of one decoder that goes forward. Nothing tells where blocks lie, so
 * this looks for the 48 bits that each begins with, at any bit. Those bits may also be data: what was decoded there is used
 * only if the decoder comes to a block that begins at that very bit, and is what it would have decoded itself. For the
 * thread of the decoder; only {@link Task#run} is for others.
 */
final class Bzip2Ahead {
    /** Does nothing. */
    static final Bzip2Ahead NONE = new Bzip2Ahead(null, Runnable::run);

    private static final long MAGIC_BITS = (1L << 48) - 1;
    /** By the last byte but one: with how many bits behind it a magic may end, as a set. Most bytes are in none. */
    private static final int[] CANDIDATES = candidates();
    /** A reader that took so many blocks in a row will want the next ones: a random read takes one or two. */
    private static final int FORWARD_BLOCKS = 3;
    /** So many blocks are known or decoded ahead: two for each thread, and no more than 27 MB. */
    private static final int MOST_TASKS = Math.min(6, 2 * Runtime.getRuntime().availableProcessors());
    private static final int PIECE = 64 << 10;
    /** The largest block, as data that cannot be compressed: what is further ahead is not looked at yet. */
    private static final long LARGEST_BLOCK = 2 << 20;

    private final ByteSource compressed;
    private final Executor helpers;
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    /** Blocks to be used again: they are large. */
    private final Queue<Bzip2Block> spare = new ConcurrentLinkedQueue<>();
    private int passed;
    private volatile boolean closed;

    /** How far has been looked, in bytes of the source, and the last eight of them. */
    private long searchedTo = -1;
    private long window;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE).limit(0);

    /** A block, decoded but for the runs in it, and the bits behind it. */
    record Piece(Bzip2Block block, Bzip2Bits bits, CompressedStream in) {}

    /** Decodes ahead in {@code compressed}. */
    Bzip2Ahead(ByteSource compressed, Executor helpers) {
        this.compressed = compressed;
        this.helpers = helpers;
    }

    private static int[] candidates() {
        int[] all = new int[1 << Byte.SIZE];
        for (int behind = 0; behind < Byte.SIZE; behind++) {
            all[(int) (Bzip2Decoder.BLOCK >>> Byte.SIZE - behind) & 0xff] |= 1 << behind;
        }
        return all;
    }

    /** About how much memory it holds, in bytes. */
    long memory() {
        return (tasks.size() + spare.size()) * 9 * Bzip2Block.BYTES_OF_LEVEL;
    }

    /** Ends what has not begun. */
    void close() {
        closed = true;
        tasks.clear();
        spare.clear();
    }

    /** Takes back a block that is of no more use. */
    void giveBack(Bzip2Block block) {
        spare.add(block);
    }

    /**
     * The block that begins at bit {@code start}, decoded by a helper; nothing if the caller is to decode it. Helpers are
     * given what lies behind it.
     */
    Optional<Piece> next(long start, int level) {
        if (compressed == null || ++passed <= FORWARD_BLOCKS) {
            return Optional.empty();
        }
        while (!tasks.isEmpty() && tasks.getFirst().start < start) {
            tasks.removeFirst().begun.set(true);
        }
        Task here = tasks.isEmpty() || tasks.getFirst().start != start ? null : tasks.removeFirst();
        look(start, level);
        if (here == null || here.level != level || here.begun.compareAndSet(false, true)) {
            return Optional.empty();
        }
        // While that helper is at work, this thread does what comes next.
        for (Task task : tasks) {
            if (here.done.isDone()) {
                break;
            }
            task.run();
        }
        return here.done.join();
    }

    /** Gives helpers the blocks that begin behind bit {@code start}. */
    private void look(long start, int level) {
        if (searchedTo * Byte.SIZE < start + Long.SIZE) {
            // Behind the start of this block, and at least a whole magic before the next one.
            searchedTo = start / Byte.SIZE + 1;
            window = 0;
            piece.limit(0);
        }
        try {
            while (tasks.size() < MOST_TASKS && searchedTo < start / Byte.SIZE + MOST_TASKS * LARGEST_BLOCK && more()) {
                window = window << Byte.SIZE | piece.get() & 0xff;
                searchedTo++;
                int candidates = CANDIDATES[(int) (window >>> Byte.SIZE) & 0xff];
                for (int behind = 0; candidates >>> behind != 0; behind++) {
                    if ((window >>> behind & MAGIC_BITS) == Bzip2Decoder.BLOCK) {
                        submit(new Task(searchedTo * Byte.SIZE - behind - 48, level));
                    }
                }
            }
        } catch (IOException e) {
            // Whoever comes there gets the error. Until then it is not looked for again.
            searchedTo = Long.MAX_VALUE / Byte.SIZE;
        }
    }

    private boolean more() throws IOException {
        if (!piece.hasRemaining()) {
            compressed.read(searchedTo, piece.clear());
            piece.flip();
        }
        return piece.hasRemaining();
    }

    private void submit(Task task) {
        tasks.addLast(task);
        try {
            helpers.execute(task);
        } catch (RejectedExecutionException e) {
            // The decoder does it, when it comes there.
            return;
        }
    }

    /** One block to decode, done by whoever begins first. */
    private final class Task implements Runnable {
        final long start;
        final int level;
        final AtomicBoolean begun = new AtomicBoolean();
        /** Nothing if no block could be decoded here. */
        final CompletableFuture<Optional<Piece>> done = new CompletableFuture<>();

        Task(long start, int level) {
            this.start = start;
            this.level = level;
        }

        @Override
        public void run() {
            if (closed || !begun.compareAndSet(false, true)) {
                return;
            }
            Optional<Piece> decoded = Optional.empty();
            try {
                decoded = Optional.of(decode());
            } catch (IOException | RuntimeException | Bzip2Block.Damaged e) {
                // No block, or a damaged one: the decoder will tell, if it comes here.
                decoded = Optional.empty();
            } finally {
                done.complete(decoded);
            }
        }

        private Piece decode() throws IOException, Bzip2Block.Damaged {
            CompressedStream in = new CompressedStream(compressed, start >>> 3);
            Bzip2Bits bits = new Bzip2Bits(in);
            bits.take((int) (start & 7) + 24);
            // The rest of the magic, and the checksum, which the decoder reads itself.
            bits.take(24);
            bits.take(32);
            Bzip2Block used = spare.poll();
            Bzip2Block block = used == null ? new Bzip2Block() : used;
            block.read(bits, level * Bzip2Block.LEVEL);
            return new Piece(block, bits, in);
        }
    }
}
