// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import java.io.InputStream;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;

/** A library's stream as a decoder that lays no checkpoints. */
final class StreamDecoder implements Decoder {
    private final CompressedStream in;
    private final InputStream decoded;
    private final long memory;
    private long position;
    private IOException failure;

    StreamDecoder(CompressedStream in, InputStream decoded, long memory) {
        this.in = in;
        this.decoded = decoded;
        this.memory = memory;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long memory() {
        return memory;
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            int got = decoded.read(dst, offset, length);
            position += Math.max(0, got);
            return got;
        } catch (IOException | RuntimeException e) {
            failure = XzErrors.meaning(in, e);
            throw failure;
        }
    }

    @Override
    public void close() {}
}
