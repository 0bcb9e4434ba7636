// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.qbfs.io.ByteSource;

/** One compression format. Stateless and safe for many threads. */
public interface Codec {
    /** Its name as on a command line: {@code gzip}. */
    String name();

    /**
     * Starts decoding at {@code from}, which is {@link Checkpoint#START} or one that a decoder of the same
     * codec gave for the same source. Concatenated members, frames or streams are one stream.
     *
     * @param sink is told of places where decoding can start, as they are passed
     * @throws org.qbfs.error.CorruptData if {@code from} does not fit, or the stream's header is damaged
     */
    Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException;

    /**
     * The same, for a reader who may go forward for long: {@code helpers} may decode ahead of it. A decoder waits for none of
     * its helpers that has not begun.
     */
    default Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink, Executor helpers) throws IOException {
        return open(compressed, from, sink);
    }

    /**
     * Whether one decoder keeps all helpers busy. Otherwise a stream is decoded on several threads by decoders that start from
     * different checkpoints, which is dearer where those lie in the middle of what has to be decoded at once.
     */
    default boolean usesHelpers() {
        return false;
    }

    /** Whether what is far from a checkpoint is worth keeping on disk, because decoding it again takes long. */
    default boolean isSlow() {
        return false;
    }

    /**
     * Looks for places where decoding can start without decoding, where the format tells of them at little cost: the
     * indexes of xz, at its end. Done once, before a read far behind what is known.
     *
     * @return the decoded size, if that is learned
     * @throws IOException if the source cannot be read; decoding from the start may still be possible
     */
    default OptionalLong survey(ByteSource compressed, CheckpointSink sink) throws IOException {
        return OptionalLong.empty();
    }
}
