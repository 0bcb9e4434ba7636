// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one open backup. Bounded: what does not fit into a queue is refused, and done by
 * whoever needs it. Never interrupted, since that would close the backup file.
 */
final class Workers implements AutoCloseable {
    private static final int QUEUE = 256;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor background;
    private final ThreadPoolExecutor decoding;

    Workers(int threads) {
        this.background = pool("qbfs-chunks", threads);
        this.decoding = pool("qbfs-decoding", threads);
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE), Thread.ofPlatform().daemon().name(name + "-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Makes chunks ready. */
    ExecutorService background() {
        return background;
    }

    /** Decodes ahead of readers. */
    ExecutorService decoding() {
        return decoding;
    }

    /** Drops what has not begun; what has begun ends by itself. */
    @Override
    public void close() {
        for (ThreadPoolExecutor pool : new ThreadPoolExecutor[] {background, decoding}) {
            pool.getQueue().clear();
            pool.shutdown();
        }
    }
}
