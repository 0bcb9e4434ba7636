// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;

/**
 * The parts of chunks that were read last, as they are in the backup file, checked. It saves the second
 * check where a reader comes back for the rest of a part; blocks of files are cached elsewhere. Safe for
 * many threads.
 */
public final class PartCache {
    private final Cache<Key, byte[]> parts;

    /** A cache of at most {@code bytes}. */
    public PartCache(long bytes) {
        this.parts = Caffeine.newBuilder()
                .maximumWeight(bytes)
                .weigher((Key key, byte[] part) -> part.length)
                .build();
    }

    Optional<byte[]> get(AuthenticatedSource chunk, int part) {
        return Optional.ofNullable(parts.getIfPresent(new Key(chunk, part)));
    }

    void put(AuthenticatedSource chunk, int part, byte[] bytes) {
        parts.put(new Key(chunk, part), bytes);
    }

    /** Chunks are equal only if they are the same. */
    private record Key(AuthenticatedSource chunk, int part) {}
}
