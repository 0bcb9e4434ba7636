// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.io.ByteSource;

/** bzip2, as bzip2 and pbzip2 write it; checkpoints are the starts of blocks. */
public final class Bzip2Codec implements Codec {
    @Override
    public String name() {
        return "bzip2";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        return Bzip2Decoder.open(compressed, from, sink, Bzip2Ahead.NONE);
    }

    @Override
    public boolean usesHelpers() {
        return true;
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink, Executor helpers) throws IOException {
        return Bzip2Decoder.open(compressed, from, sink, new Bzip2Ahead(compressed, helpers));
    }
}
