// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.util.Arrays;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.ChunkOpener;
import org.qbfs.backup.ChunkStream;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Passphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.openssl.EncStream;

/**
 * Version 3: tar, then the compressor, then the whole stream through {@code openssl enc}, then cut into
 * chunks; each step but the cutting only if the header says so.
 */
final class EncryptedStreamStack implements ArchiveStack {
    private final BackupHeader header;
    private final ChunkOpener opener;
    private final Passphrase passphrase;
    private final Decoding decoding;

    EncryptedStreamStack(BackupHeader header, ChunkOpener opener, Passphrase passphrase, Decoding decoding) {
        this.header = header;
        this.opener = opener;
        this.passphrase = passphrase;
        this.decoding = decoding;
    }

    @Override
    public InnerTar archive(FileGroup group) throws IOException {
        ChunkStream chunks = ChunkStream.of(group, opener);
        ByteSource stream = chunks;
        if (header.encrypted()) {
            byte[] secret = passphrase.copy();
            try {
                stream = EncStream.decrypt(group.path(), stream, header.cryptoAlgorithm().orElseThrow(), secret);
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        }
        int before = header.encrypted() ? EncStream.HEADER_BYTES : 0;
        return header.compressed()
                ? decoding.decode(group, stream, header, () -> chunks.behindLastLoss() - before - 1)
                : InnerTar.of(stream);
    }

    @Override
    public ChunkOpener opener() {
        return opener;
    }
}
