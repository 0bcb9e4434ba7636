// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns all that the index can hold, in the order in which it helps most: the first chunk of every file group, which
 * tells the sizes; then, for one file group after the other, the keys and hashes of its chunks, and the checkpoints of its
 * stream. It stops when told to, and what was learned is kept: the next run goes on from there. For one thread.
 */
public final class Learner {
    private static final Logger LOG = LoggerFactory.getLogger(Learner.class);
    /** As many chunks are under way: what the key derivation takes at once, and the next ones. */
    private static final int CHUNKS_UNDER_WAY = 8;
    private static final int PIECE = 1 << 20;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_MILLIS = 200;

    private final BackupFile backup;
    private final boolean polite;
    private final Progress progress;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Hears how far it is, on the learner's thread. */
    public interface Progress {
        /** So many bytes of the backup file, of {@link #total}, have been dealt with; now {@code what} is. */
        void at(long done, String what);
    }

    /**
     * Learns about {@code backup}.
     *
     * @param polite whether to pause while somebody reads
     */
    public Learner(BackupFile backup, boolean polite, Progress progress) {
        this.backup = backup;
        this.polite = polite;
        this.progress = progress;
    }

    /** Asks ahead for what a learner begins with. */
    public static Ahead ahead() {
        return (untrusted, opener) -> firstChunks(inOrder(untrusted)).limit(CHUNKS_UNDER_WAY).forEach(opener::learn);
    }

    private static List<FileGroup> inOrder(Catalog catalog) {
        return catalog.groups().stream().sorted(Comparator.comparingLong(FileGroup::storedSize)).toList();
    }

    private static Stream<Chunk> firstChunks(List<FileGroup> groups) {
        return groups.stream().flatMap(group -> group.chunks().stream().limit(1));
    }

    /** The bytes of the backup file that are to be dealt with. */
    public long total() {
        return backup.catalog().groups().stream().mapToLong(FileGroup::storedSize).sum();
    }

    /** Has {@link #run} return soon. */
    public void stop() {
        stopped.countDown();
    }

    /** Learns until all is known, or until it is told to stop. Damage is left to those who read. */
    public void run() {
        List<FileGroup> groups = inOrder(backup.catalog());
        learnChunks(firstChunks(groups).toList(), chunk -> {});
        long before = 0;
        for (FileGroup group : groups) {
            long start = before;
            AtomicLong half = new AtomicLong();
            learnChunks(group.chunks(), chunk -> progress.at(
                    start + half.addAndGet(chunk.member().size()) / 2, group.path()));
            try {
                new Reading(group, start + group.storedSize() / 2).run();
            } catch (IOException | RuntimeException e) {
                LOG.debug("{}: not learned to its end: {}", group.path(), e.toString());
            }
            if (isStopped()) {
                return;
            }
            before += group.storedSize();
            progress.at(before, group.path());
        }
    }

    private void learnChunks(List<Chunk> chunks, Consumer<Chunk> learned) {
        Deque<UnderWay> underWay = new ArrayDeque<>();
        for (Chunk chunk : chunks) {
            if (underWay.size() == CHUNKS_UNDER_WAY) {
                await(underWay.removeFirst(), learned);
            }
            makeRoom();
            if (isStopped()) {
                return;
            }
            underWay.add(new UnderWay(chunk, backup.learn(chunk)));
        }
        underWay.forEach(last -> await(last, learned));
    }

    /** A chunk that is being made ready. */
    private record UnderWay(Chunk chunk, CompletableFuture<Void> step) {}

    private void await(UnderWay underWay, Consumer<Chunk> learned) {
        await(underWay.step());
        learned.accept(underWay.chunk());
    }

    /** Waits for {@code step}, and not longer than until this is told to stop. */
    private void await(CompletableFuture<Void> step) {
        while (!step.isDone() && !isStopped()) {
            try {
                step.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop();
            } catch (ExecutionException | TimeoutException e) {
                LOG.trace("still waiting");
            }
        }
    }

    /** Goes through one stream once, behind the last place that is known already; checkpoints are laid on the way. */
    private final class Reading {
        private final Archive archive;
        private final long done;
        private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
        private long at;

        Reading(FileGroup group, long done) {
            this.archive = backup.archive(group);
            this.done = done;
        }

        void run() throws IOException {
            at = archive.knownUpTo();
            if (!archive.isOneFile()) {
                // The headers are read as they are passed.
                archive.list(entry -> {
                    readTo(entry.nextOffset());
                    if (isStopped()) {
                        throw new InterruptedIOException("told to stop");
                    }
                });
            }
            readTo(Long.MAX_VALUE);
        }

        private void readTo(long end) throws IOException {
            while (at < end && !isStopped()) {
                makeRoom();
                piece.clear();
                int got = archive.bytes().read(at, piece);
                at = got < PIECE ? Long.MAX_VALUE : at + got;
                progress.at(done + archive.knownStored() / 2, archive.group().path());
            }
        }
    }

    private void makeRoom() {
        try {
            while (polite && !isStopped() && !backup.activity().quietFor(QUIET_NANOS)) {
                stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }
}
