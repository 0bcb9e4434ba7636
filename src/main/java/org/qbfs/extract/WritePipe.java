// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A thread that writes pieces in the order in which they are given, so that reading goes on meanwhile. Its buffers
 * bound how far it falls behind. One thread gives pieces.
 */
final class WritePipe implements AutoCloseable {
    /** Bytes of a piece. */
    static final int PIECE = 1 << 20;
    private static final int PIECES = 8;

    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(PIECES);
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("qbfs-writer").factory());
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Where pieces go. */
    interface Sink {
        void write(long position, ByteBuffer piece) throws IOException;
    }

    WritePipe() {
        for (int i = 0; i < PIECES; i++) {
            free.add(ByteBuffer.allocateDirect(PIECE + OutputFile.BLOCK).alignedSlice(OutputFile.BLOCK).slice(0, PIECE));
        }
    }

    /** An empty buffer of {@link #PIECE} bytes, once there is one; it begins at a multiple of {@link OutputFile#BLOCK}. */
    ByteBuffer take() throws IOException {
        throwFailure();
        return uninterrupted(free::take).clear();
    }

    void giveBack(ByteBuffer piece) {
        free.add(piece);
    }

    /** Has {@code piece} written, which the pipe keeps. An error is thrown by a later call. */
    void write(Sink sink, long position, ByteBuffer piece) throws IOException {
        throwFailure();
        writer.execute(() -> {
            try {
                if (failure.get() == null) {
                    sink.write(position, piece);
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                giveBack(piece);
            }
        });
    }

    /** Waits until all is written. */
    void drain() throws IOException {
        await();
        throwFailure();
    }

    /** Waits until nothing is written any more, and forgets errors: the next file is another matter. */
    void reset() {
        await();
        failure.set(null);
    }

    private void await() {
        Future<?> last = writer.submit(() -> {});
        try {
            uninterrupted(last::get);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void throwFailure() throws IOException {
        switch (failure.get()) {
            case null -> { }
            case TargetError e -> throw e;
            case IOException e -> throw new IOException(e.getMessage(), e);
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private interface Wait<T> {
        T run() throws InterruptedException, ExecutionException;
    }

    /** Nothing here is cancelled by an interrupt. */
    private static <T> T uninterrupted(Wait<T> wait) throws IOException {
        for (;;) {
            try {
                return wait.run();
            } catch (InterruptedException e) {
                // Waits again: the writer is never stuck for longer than the medium is.
            } catch (ExecutionException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    /** Waits for what is being written. */
    @Override
    public void close() {
        writer.close();
    }
}
