// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.qbfs.io.ByteSource;

/**
 * How the chunks of one backup are opened; there is one for each format version. Safe for many threads.
 */
public interface ChunkOpener {
    /** The size of {@code chunk} once opened, in bytes. Cheap, and right if the chunk opens. */
    long openedSize(Chunk chunk);

    /**
     * The authenticated contents of {@code chunk}. May cost the derivation of a key; the first read costs a
     * pass over the chunk.
     *
     * @throws IOException if the chunk is not whole or not authentic
     */
    ByteSource open(Chunk chunk) throws IOException;

    /**
     * Makes sure that {@code chunk} has been authenticated: derives its key and makes the pass over it, if that
     * was not done yet.
     *
     * @return false if it was wrong at first, and right when it was read again: the medium or memory is unstable
     * @throws org.qbfs.error.CorruptData if it is not authentic
     * @throws org.qbfs.error.TruncatedData if it is not whole
     */
    boolean authenticate(Chunk chunk) throws IOException;

    /**
     * Makes {@code chunk} ready in the background, behind all that somebody waits for: its key and the pass that
     * authenticates it.
     *
     * @return complete, and never in error, when it is ready, or when it turned out that it cannot be
     */
    CompletableFuture<Void> learn(Chunk chunk);

    /** Says that {@code chunk} will be read soon, so that it is made ready in the background. Returns at once. */
    void prepare(Chunk chunk);
}
