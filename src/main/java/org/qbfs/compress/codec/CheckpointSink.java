// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

/** Takes checkpoints while a decoder runs. Safe for many threads. */
public interface CheckpointSink {
    /** Takes none. */
    CheckpointSink NONE = new CheckpointSink() {
        @Override
        public boolean wants(long decodedOffset) {
            return false;
        }

        @Override
        public void add(Checkpoint checkpoint) {}
    };

    /** Whether a checkpoint at {@code decodedOffset} is worth making. Cheap: asked at every block. */
    boolean wants(long decodedOffset);

    /**
     * The same for a checkpoint that may have to hold up to {@code window} bytes before it: large ones are wanted less
     * often, because they take memory and time to make and to start from.
     */
    default boolean wants(long decodedOffset, long window) {
        return wants(decodedOffset);
    }

    /** Keeps {@code checkpoint}. */
    void add(Checkpoint checkpoint);
}
