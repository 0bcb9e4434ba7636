// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;

/** Bytes that are not compressed. A caller that can use the source itself should. */
public final class NoneCodec implements Codec {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws CorruptData {
        if (from.decodedOffset() > Long.MAX_VALUE / 8 || from.compressedBit() != 8 * from.decodedOffset()) {
            throw new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged", Place.of(compressed.name()));
        }
        return new Copy(compressed, sink, from.decodedOffset());
    }

    private static final class Copy implements Decoder {
        private final ByteSource source;
        private final CheckpointSink sink;
        private long position;

        Copy(ByteSource source, CheckpointSink sink, long position) {
            this.source = source;
            this.sink = sink;
            this.position = position;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public int read(byte[] dst, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, dst.length);
            if (position > 0 && sink.wants(position)) {
                sink.add(new Checkpoint(position, Math.multiplyExact(position, 8L), new byte[0]));
            }
            int got = source.read(position, ByteBuffer.wrap(dst, offset, length));
            position += got;
            return got == 0 ? -1 : got;
        }

        @Override
        public void close() {}
    }
}
