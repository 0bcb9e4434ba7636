// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import java.util.OptionalLong;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** xz (The .xz File Format 1.2.1); checkpoints are the starts of blocks. */
public final class XzCodec implements Codec {
    @Override
    public String name() {
        return "xz";
    }

    @Override
    public boolean isSlow() {
        return true;
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return XzDecoder.open(compressed, from, sink);
    }

    @Override
    public OptionalLong survey(ByteSource compressed, CheckpointSink sink) throws IOException {
        return XzIndex.survey(compressed, sink);
    }
}
