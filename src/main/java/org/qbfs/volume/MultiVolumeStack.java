// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.ChunkOpener;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Passphrase;
import org.qbfs.compress.Codecs;
import org.qbfs.compress.codec.Codec;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;
import org.qbfs.openssl.EncStream;
import org.qbfs.tar.TarReader;

/**
 * Version 2: a multi-volume tar, each volume of which was compressed and encrypted on its own into one chunk.
 * In which order is told by the bytes: the recovery page compresses first, the tool ({@code openssl enc -z})
 * put the zlib layer outside the cipher.
 */
final class MultiVolumeStack implements ArchiveStack {
    /** No chunk has more layers than a cipher and a compressor on either side of it. */
    private static final int MOST_LAYERS = 3;
    private static final byte[] SALTED = {'S', 'a', 'l', 't', 'e', 'd', '_', '_'};

    private final BackupHeader header;
    private final ChunkOpener opener;
    private final Passphrase passphrase;
    private final Decoding decoding;

    MultiVolumeStack(BackupHeader header, ChunkOpener opener, Passphrase passphrase, Decoding decoding) {
        this.header = header;
        this.opener = opener;
        this.passphrase = passphrase;
        this.decoding = decoding;
    }

    @Override
    public InnerTar archive(FileGroup group) {
        AtomicReference<List<Layer>> ofFirst = new AtomicReference<>();
        return InnerTar.of(new VolumeStream(group, chunk -> volume(group, chunk, ofFirst)));
    }

    @Override
    public ChunkOpener opener() {
        return opener;
    }

    /** What was done to the bytes of a chunk, undone. */
    private interface Layer {
        ByteSource undo(Chunk chunk, ByteSource bytes) throws IOException;
    }

    /**
     * The tar volume inside {@code chunk}. Only the first one is sure to begin with a header, by which the end of
     * the layers is found; the others have the same layers, and may begin with any part of the archive.
     */
    private ByteSource volume(FileGroup group, Chunk chunk, AtomicReference<List<Layer>> ofFirst) throws IOException {
        Chunk first = group.chunks().getFirst();
        if (ofFirst.get() == null) {
            ofFirst.set(layers(first.number() == 0 ? first : chunk));
        }
        ByteSource bytes = opener.open(chunk);
        for (Layer layer : ofFirst.get()) {
            bytes = layer.undo(chunk, bytes);
        }
        return bytes;
    }

    private List<Layer> layers(Chunk chunk) throws IOException {
        ByteSource bytes = opener.open(chunk);
        List<Layer> layers = new ArrayList<>();
        while (layers.size() <= MOST_LAYERS) {
            ByteBuffer head = ByteBuffer.allocate(TarReader.BLOCK);
            int length = bytes.read(0, head);
            if (length == TarReader.BLOCK && TarReader.isHeader(head.array())) {
                return List.copyOf(layers);
            }
            Layer layer = layer(Arrays.copyOf(head.array(), Math.min(length, Codecs.HEAD)), bytes.name(), layers.size());
            layers.add(layer);
            bytes = layer.undo(chunk, bytes);
        }
        throw new CorruptData("the chunk holds no tar volume that can be found", Place.of("chunk " + chunk.member().name()));
    }

    private Layer layer(byte[] start, String name, int depth) throws IOException {
        if (startsWith(start, SALTED)) {
            return (chunk, bytes) -> decrypt(bytes);
        }
        Codec codec = codec(start, name);
        return (chunk, bytes) -> decoding.decode(chunk.name() + "/" + depth, chunk.member().size(), bytes, codec);
    }

    private static Codec codec(byte[] start, String name) throws IOException {
        // RFC 1950: method 8, and a multiple of 31 as a 16-bit number. Too weak a magic for anywhere else.
        boolean zlib = start.length >= 2 && (start[0] & 0x0f) == 8
                && ((start[0] & 0xff) << 8 | start[1] & 0xff) % 31 == 0;
        return zlib ? Codecs.named("zlib", name) : Codecs.detect(start, "", name);
    }

    private ByteSource decrypt(ByteSource bytes) throws IOException {
        byte[] secret = passphrase.copy();
        try {
            return EncStream.decrypt(bytes.name(), bytes, header.cryptoAlgorithm().orElse("aes-256-cbc"), secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }
}
