// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;
import java.util.Arrays;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;

/** What must hold of any codec, whatever it is given. */
public final class CodecFuzz {
    /** So much is decoded: a small stream may stand for gigabytes. */
    private static final int MOST_DECODED = 320 << 10;
    private static final int SPACING = 50;

    private CodecFuzz() {}

    /** Decodes {@code stream}; what comes from each checkpoint on must be what came from the start. */
    public static void decode(Codec codec, byte[] stream) throws IOException {
        MemorySource source = new MemorySource("fuzz", stream);
        Checkpoints checkpoints = new Checkpoints(SPACING, 1 << 20);
        byte[] all = decode(codec, source, Checkpoint.START, checkpoints);
        for (Checkpoint checkpoint : checkpoints.snapshot()) {
            if (checkpoint.decodedOffset() <= all.length) {
                byte[] rest = decode(codec, source, checkpoint, CheckpointSink.NONE);
                int from = (int) checkpoint.decodedOffset();
                int both = Math.min(rest.length, all.length - from);
                if (!Arrays.equals(rest, 0, both, all, from, from + both)) {
                    throw new AssertionError("other bytes from the checkpoint at " + from + " than from the start");
                }
            }
        }
        try {
            codec.survey(source, new Checkpoints(SPACING, 1 << 20));
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }

    /** The decoded bytes, up to an error or the limit. */
    static byte[] decode(Codec codec, MemorySource stream, Checkpoint from, CheckpointSink sink) throws IOException {
        byte[] all = new byte[MOST_DECODED];
        int done = 0;
        try (Decoder decoder = codec.open(stream, from, sink)) {
            while (done < all.length) {
                int got = decoder.read(all, done, Math.min(all.length - done, 5003));
                if (got == 0 || got > all.length - done) {
                    throw new AssertionError("read " + got + " bytes");
                }
                if (got < 0) {
                    break;
                }
                done += got;
                if (decoder.position() != from.decodedOffset() + done) {
                    throw new AssertionError("at " + decoder.position() + " and not " + (from.decodedOffset() + done));
                }
            }
        } catch (QbfsException e) {
            // What damage may lead to.
        }
        return Arrays.copyOf(all, done);
    }
}
