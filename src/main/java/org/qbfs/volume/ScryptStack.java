// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.ChunkOpener;
import org.qbfs.backup.ChunkStream;
import org.qbfs.backup.FileGroup;

/** Version 4: tar, then the compressor, then cut into chunks, then each chunk into a file of its own by scrypt. */
final class ScryptStack implements ArchiveStack {
    private final BackupHeader header;
    private final ChunkOpener opener;
    private final Decoding decoding;

    ScryptStack(BackupHeader header, ChunkOpener opener, Decoding decoding) {
        this.header = header;
        this.opener = opener;
        this.decoding = decoding;
    }

    @Override
    public InnerTar archive(FileGroup group) throws IOException {
        ChunkStream stream = ChunkStream.of(group, opener);
        return header.compressed()
                ? decoding.decode(group, stream, header, () -> stream.behindLastLoss() - 1)
                : InnerTar.of(stream);
    }

    @Override
    public ChunkOpener opener() {
        return opener;
    }
}
