// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.io.ByteSource;

/**
 * Finds the blocks of xz streams by the indexes at their ends (The .xz File Format 1.2.1, 4), without decoding. Anything
 * unexpected is left to the decoder to complain about.
 */
final class XzIndex {
    /** A block of one byte has a record of at least two: far more than any real stream has. */
    private static final int MAX_INDEX = 16 << 20;

    private XzIndex() {}

    /**
     * A stream's place.
     *
     * @param start of its header, in the source
     * @param index its index without the indicator, the padding and the CRC-32
     */
    private record Stream(long start, int checkType, byte[] index) {}

    /** Tells {@code sink} of the blocks. The decoded size, if all streams could be understood. */
    static OptionalLong survey(ByteSource compressed, CheckpointSink sink) throws IOException {
        Deque<Stream> streams = new ArrayDeque<>();
        long end = compressed.size();
        while (end > 0) {
            while (end >= 4 && isZero(compressed.readBytes(end - 4, 4))) {
                end -= 4;
            }
            Stream stream = end == 0 && !streams.isEmpty() ? null : before(compressed, end);
            if (stream == null) {
                return OptionalLong.empty();
            }
            streams.addFirst(stream);
            end = stream.start();
        }
        long decoded = 0;
        for (Stream stream : streams) {
            Numbers numbers = new Numbers(stream.index());
            long at = stream.start() + XzDecoder.HEADER_SIZE;
            for (long left = numbers.next(); left > 0; left--) {
                if (decoded > 0 && sink.wants(decoded)) {
                    sink.add(new Checkpoint(decoded, at * 8, new byte[] {(byte) stream.checkType()}));
                }
                at += numbers.next() + 3 & ~3L;
                decoded = Math.addExact(decoded, numbers.next());
            }
        }
        return OptionalLong.of(decoded);
    }

    /** The stream that ends at {@code end}; null if there is none that can be understood. */
    private static Stream before(ByteSource compressed, long end) throws IOException {
        if (end < 2 * XzDecoder.HEADER_SIZE + 8) {
            return null;
        }
        byte[] footer = compressed.readBytes(end - 12, 12);
        CRC32 crc = new CRC32();
        crc.update(footer, 4, 6);
        if (footer[10] != 'Y' || footer[11] != 'Z' || crc.getValue() != int32(footer, 0)
                || footer[8] != 0 || footer[9] < 0 || footer[9] > 15) {
            return null;
        }
        long size = int32(footer, 4) + 1 << 2;
        if (size > MAX_INDEX || size < 8 || size > end - 12 - XzDecoder.HEADER_SIZE) {
            return null;
        }
        byte[] index = compressed.readBytes(end - 12 - size, (int) size);
        crc.reset();
        crc.update(index, 0, index.length - 4);
        if (index[0] != 0 || crc.getValue() != int32(index, index.length - 4)) {
            return null;
        }
        byte[] records = java.util.Arrays.copyOfRange(index, 1, index.length - 4);
        long start = end - 12 - size - XzDecoder.HEADER_SIZE;
        Numbers numbers = new Numbers(records);
        long count = numbers.next();
        if (count > records.length / 2) {
            return null;
        }
        for (long i = 0; i < count; i++) {
            start -= numbers.next() + 3 & ~3L;
            if (numbers.next() < 0 || start < 0) {
                return null;
            }
        }
        return numbers.bad ? null : new Stream(start, footer[9], records);
    }

    private static boolean isZero(byte[] bytes) {
        for (byte one : bytes) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static long int32(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xffL) << 24;
    }

    /** Numbers of variable length (1.2). */
    private static final class Numbers {
        private final byte[] bytes;
        private int at;
        private boolean bad;

        Numbers(byte[] bytes) {
            this.bytes = bytes;
        }

        /** The next one; 0, and {@link #bad}, where there is none. */
        long next() {
            long value = 0;
            for (int shift = 0; shift < 63 && at < bytes.length; shift += 7) {
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            bad = true;
            return 0;
        }
    }
}
