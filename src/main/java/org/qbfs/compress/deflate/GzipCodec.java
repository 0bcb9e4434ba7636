// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** gzip (RFC 1952), as gzip and pigz write it. */
public final class GzipCodec implements Codec {
    @Override
    public String name() {
        return "gzip";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return new InflateDecoder(InflateDecoder.Wrapper.GZIP, compressed, from, sink);
    }
}
