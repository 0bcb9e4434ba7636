// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

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

    /** Keeps {@code checkpoint}. */
    void add(Checkpoint checkpoint);
}
