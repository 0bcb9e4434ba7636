// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;
import org.qbfs.io.ByteSource;

/** zlib (RFC 1950), as {@code openssl enc -z} writes it. */
final class ZlibCodec implements Codec {
    @Override
    public String name() {
        return "zlib";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return new InflateDecoder(InflateDecoder.Wrapper.ZLIB, compressed, from, sink);
    }
}
