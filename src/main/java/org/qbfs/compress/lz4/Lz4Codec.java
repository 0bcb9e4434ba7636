// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.lz4;

import java.io.IOException;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** lz4 frames (LZ4 Frame Format 1.6.4); checkpoints are the starts of blocks. */
public final class Lz4Codec implements Codec {
    @Override
    public String name() {
        return "lz4";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return Lz4Decoder.open(compressed, from, sink);
    }
}
