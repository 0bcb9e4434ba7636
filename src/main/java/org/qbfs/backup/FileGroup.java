// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.util.List;

/**
 * All chunks of one path, by their numbers: a stream that was cut. Immutable.
 *
 * @param path its path in the backup: {@code vm7/private.img}; {@code vm7/.} for a whole directory; hostile
 * @param chunks the chunks that are there, in order; numbers may be missing
 */
public record FileGroup(String path, List<Chunk> chunks) {
    /** Copies {@code chunks}. */
    public FileGroup {
        chunks = List.copyOf(chunks);
    }

    /** The directory that it lies in: {@code vm7}; empty at the top. */
    public String directory() {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** Its name in that directory: {@code private.img}, or {@code .} for the directory itself. */
    public String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether it holds a whole directory. */
    public boolean isWholeDirectory() {
        return fileName().equals(".");
    }

    /** Whether the chunks are numbered from 0 without a gap, and each is whole. */
    public boolean isContiguous() {
        for (int i = 0; i < chunks.size(); i++) {
            if (chunks.get(i).number() != i || !chunks.get(i).member().complete()) {
                return false;
            }
        }
        return !chunks.isEmpty();
    }

    /** Bytes that its chunks take in the backup file. */
    public long storedSize() {
        return chunks.stream().mapToLong(chunk -> chunk.member().size()).sum();
    }
}
