// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.compress.bzip2.Bzip2Codec;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.NoneCodec;
import org.qbfs.compress.deflate.GzipCodec;
import org.qbfs.compress.deflate.ZlibCodec;
import org.qbfs.compress.lz4.Lz4Codec;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.xz.LzmaCodec;
import org.qbfs.compress.xz.XzCodec;
import org.qbfs.compress.zstd.ZstdCodec;
import org.qbfs.io.MemorySource;

/**
 * Any checkpoint of any codec. The input: the codec, 1 byte; the offset, 8; the bit, 8; the length of the state, 2; the
 * state; the stream.
 */
public final class CheckpointFuzz {
    private static final Codec[] CODECS = {new GzipCodec(), new ZlibCodec(), new ZstdCodec(), new Bzip2Codec(), new XzCodec(),
        new LzmaCodec(), new Lz4Codec(), new NoneCodec()};
    private static final int HEAD = 1 + 8 + 8 + 2;

    private CheckpointFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < HEAD) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(input);
        Codec codec = CODECS[(bytes.get() & 0xff) % CODECS.length];
        // Tables of checkpoints take none below 0.
        long decodedOffset = bytes.getLong() & Long.MAX_VALUE;
        long bit = bytes.getLong();
        byte[] state = new byte[Math.min(bytes.getShort() & 0xffff, bytes.remaining())];
        bytes.get(state);
        byte[] stream = new byte[bytes.remaining()];
        bytes.get(stream);
        CodecFuzz.decode(codec, new MemorySource("fuzz", stream), new Checkpoint(decodedOffset, bit, state),
                new Checkpoints(50, 1 << 20));
    }

    /** The input that stands for {@code checkpoint} of the codec number {@code codec}. */
    static byte[] input(int codec, Checkpoint checkpoint, byte[] stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(ByteBuffer.allocate(HEAD).put((byte) codec).putLong(checkpoint.decodedOffset())
                .putLong(checkpoint.compressedBit()).putShort((short) checkpoint.state().length).array());
        all.writeBytes(checkpoint.state());
        all.writeBytes(stream);
        return all.toByteArray();
    }
}
