// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.io.IOException;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** zstd (RFC 8878), as zstd, zstdmt and pzstd write it. */
public final class ZstdCodec implements Codec {
    @Override
    public String name() {
        return "zstd";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return ZstdDecoder.open(compressed, from, sink);
    }
}
