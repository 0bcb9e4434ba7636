// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Blocks that a thread has promised to decode, sorted. For one thread. */
final class Claims {
    private final TreeMap<Long, CompletableFuture<BlockCache.Block>> promises = new TreeMap<>();

    Claims with(long block, CompletableFuture<BlockCache.Block> promise) {
        promises.put(block, promise);
        return this;
    }

    boolean isEmpty() {
        return promises.isEmpty();
    }

    /** The first block that is not delivered yet, by us or by a decoder that came past; -1 if none is left. */
    long first() {
        while (!promises.isEmpty() && promises.firstEntry().getValue().isDone()) {
            promises.pollFirstEntry();
        }
        return promises.isEmpty() ? -1 : promises.firstKey();
    }

    CompletableFuture<BlockCache.Block> promise(long block) {
        return promises.get(block);
    }

    /** Breaks the promises that are left. */
    void fail(Throwable error) {
        promises.values().forEach(promise -> promise.completeExceptionally(error));
        promises.clear();
    }
}
