// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;
import org.qbfs.io.ByteSource;

/** zstd (RFC 8878), as zstd, zstdmt and pzstd write it. */
final class ZstdCodec implements Codec {
    @Override
    public String name() {
        return "zstd";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return ZstdDecoder.open(compressed, from, sink);
    }
}
