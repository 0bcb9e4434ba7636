// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import org.qbfs.backup.ChunkOpener;
import org.qbfs.backup.FileGroup;

/** How the stream of a file group becomes its inner tar; there is one for each format version. */
interface ArchiveStack {
    /** The inner tar of {@code group}. May read the start of its first chunk. */
    InnerTar archive(FileGroup group) throws IOException;

    /** What opens the chunks. */
    ChunkOpener opener();
}
