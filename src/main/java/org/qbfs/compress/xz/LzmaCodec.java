// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.codec.WindowLimit;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;
import org.tukaani.xz.LZMAInputStream;

/** lzma, the format before xz, which has no magic (lzma(1), "LZMA_Alone"). Sequential. */
public final class LzmaCodec implements Codec {
    @Override
    public String name() {
        return "lzma";
    }

    @Override
    public boolean isSlow() {
        return true;
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        if (from.decodedOffset() != 0 || from.compressedBit() != 0) {
            throw new CorruptData("a checkpoint, of which lzma has none", Place.of(compressed.name()));
        }
        int limit = (int) Math.min(Integer.MAX_VALUE, WindowLimit.bytes() / 1024);
        CompressedStream in = new CompressedStream(compressed, 0);
        try {
            return new StreamDecoder(in, new LZMAInputStream(in, limit), memory(compressed));
        } catch (IOException | RuntimeException e) {
            throw XzErrors.meaning(in, e);
        }
    }

    /** By the header: 1 byte of properties, 4 of dictionary size. */
    private static long memory(ByteSource compressed) throws IOException {
        byte[] header = compressed.readBytes(0, 5);
        long dictionary = header[1] & 0xff | (header[2] & 0xff) << 8 | (header[3] & 0xff) << 16
                | (header[4] & 0xffL) << 24;
        return dictionary + (128 << 10);
    }
}
