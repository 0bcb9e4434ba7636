// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.util.Optional;

/**
 * What was learned about chunks earlier, perhaps by another process, and a place to keep what is learned now. What
 * it gives is checked before it is used. Safe for many threads.
 */
public interface ChunkMemory {
    /** Remembers nothing. */
    ChunkMemory NONE = new ChunkMemory() {
        @Override
        public Optional<byte[]> key(Member chunk) {
            return Optional.empty();
        }

        @Override
        public void keepKey(Member chunk, byte[] key) {}

        @Override
        public Optional<byte[]> hashes(Member chunk) {
            return Optional.empty();
        }

        @Override
        public void keepHashes(Member chunk, byte[] hashes) {}
    };

    /** A copy of the derived key of {@code chunk}, for the caller to wipe. */
    Optional<byte[]> key(Member chunk);

    /** Keeps a copy of the derived key of {@code chunk}, which opens it. */
    void keepKey(Member chunk, byte[] key);

    /** The hashes of the parts of {@code chunk}, from the pass that authenticated it; not to be changed. */
    Optional<byte[]> hashes(Member chunk);

    /** Keeps the hashes of the parts of {@code chunk}, which has been authenticated; they do not change any more. */
    void keepHashes(Member chunk, byte[] hashes);
}
