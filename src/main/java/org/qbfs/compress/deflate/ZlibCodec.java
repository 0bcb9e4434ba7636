// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** zlib (RFC 1950), as {@code openssl enc -z} writes it. */
public final class ZlibCodec implements Codec {
    @Override
    public String name() {
        return "zlib";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return new InflateDecoder(InflateDecoder.Wrapper.ZLIB, compressed, from, sink);
    }
}
