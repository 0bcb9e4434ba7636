// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.time.Instant;
import java.util.Optional;
import org.qbfs.sparse.SparseMap;

/**
 * One entry of a tar archive. All offsets are in the archive. Immutable.
 *
 * @param name the path as archived, with the effect of pax and GNU long-name headers; hostile
 * @param type what it is
 * @param linkTarget target of a link as archived, else empty; hostile
 * @param mode permission bits
 * @param modified modification time
 * @param headerOffset where the first of its headers begins
 * @param dataOffset where its stored data begins (behind a sparse map)
 * @param storedSize bytes of stored data
 * @param realSize size of the file, holes included; for a multi-volume continuation the size of the
 *     whole file
 * @param sparse where the stored data belongs, if the entry is sparse
 * @param volumeOffset for a continuation, the offset in the stored data at which it goes on; else 0
 * @param nextOffset where the next entry's header begins
 */
public record TarEntry(
        String name,
        Type type,
        String linkTarget,
        int mode,
        Instant modified,
        long headerOffset,
        long dataOffset,
        long storedSize,
        long realSize,
        Optional<SparseMap> sparse,
        long volumeOffset,
        long nextOffset) {
    /** The offset behind the stored data. */
    public long dataEnd() {
        return dataOffset + storedSize;
    }

    /** What an entry is. */
    public enum Type {
        /** A regular file. */
        FILE,
        /** Another name of an entry before it. */
        HARD_LINK,
        /** A symbolic link. */
        SYMLINK,
        /** A directory. */
        DIRECTORY,
        /** The rest of a file that began in the volume before: GNU tar's type {@code M}. */
        CONTINUATION,
        /** A device, a pipe, a volume label: nothing that is shown. */
        OTHER
    }
}
