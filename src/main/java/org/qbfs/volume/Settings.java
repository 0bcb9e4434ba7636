// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user may choose.
 *
 * @param cacheBytes memory for decoded blocks
 * @param kdfBytes memory for the tables of the key derivation; 0 for a quarter of this machine's
 * @param threads how many threads work at once
 * @param compressionFilter the filter to use whatever the header says
 * @param indexDirectory where indexes are kept; empty to keep none
 * @param spill where decoded blocks go that are dear to decode again
 * @param salvage whether to show what lies behind lost chunks of gzip streams at positions that are inferred
 */
public record Settings(long cacheBytes, long kdfBytes, int threads, Optional<String> compressionFilter,
        Optional<Path> indexDirectory, Spill spill, boolean salvage) {
    private static final long LEAST_CACHE = 16L << 20;
    private static final long MOST_CACHE = 256L << 20;

    /** What a thread that decodes ahead of a reader can use of the cache. */
    private static final long FORWARD_CACHE_PER_THREAD = 24L << 20;

    private static final long SPILL = 16L << 30;

    /**
     * Room on disk, sealed and without a name, for streams that can only be decoded from their start.
     *
     * @param directory where
     * @param bytes how much at the most; 0 for none
     */
    public record Spill(Path directory, long bytes) {
        /** In {@code $TMPDIR}, or in {@code /var/tmp}, which is not in memory. */
        public static Spill defaults() {
            String temporary = System.getenv("TMPDIR");
            return new Spill(Path.of(temporary == null || temporary.isEmpty() ? "/var/tmp" : temporary), SPILL);
        }
    }

    /** Settings that do not salvage. */
    public Settings(long cacheBytes, long kdfBytes, int threads, Optional<String> compressionFilter,
            Optional<Path> indexDirectory, Spill spill) {
        this(cacheBytes, kdfBytes, threads, compressionFilter, indexDirectory, spill, false);
    }

    /** The same, but for whether to salvage. */
    public Settings salvaging(boolean other) {
        return new Settings(cacheBytes, kdfBytes, threads, compressionFilter, indexDirectory, spill, other);
    }

    /** Sane on machines from 4 to 64 GiB; without an index. */
    public static Settings defaults() {
        long cache = Math.clamp(Runtime.getRuntime().maxMemory() / 4, LEAST_CACHE, MOST_CACHE);
        return new Settings(cache, 0, Runtime.getRuntime().availableProcessors(), Optional.empty(), Optional.empty(),
                Spill.defaults());
    }

    /**
     * For reading files once, from the start to the end: with a cache for no more than what is read ahead. Blocks that nobody
     * will read again cost time: the collector moves them, and each page of memory has to be had first (measured, an image of
     * 784 MB of data on two threads: 3.3 s with 48 MiB, 3.8 s with 256).
     */
    public static Settings readingForward() {
        Settings defaults = defaults();
        return new Settings(Math.min(defaults.cacheBytes(), defaults.threads() * FORWARD_CACHE_PER_THREAD), defaults.kdfBytes(),
                defaults.threads(), defaults.compressionFilter(), defaults.indexDirectory(), defaults.spill());
    }
}
