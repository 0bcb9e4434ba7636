// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.lz4;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.codec.WindowPacker;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;

/**
 * Frames of lz4 (LZ4 Frame Format 1.6.4 and Block Format), the legacy ones and skippable ones too. An empty stream is
 * empty, as for lz4(1). Checksums of blocks are verified, and of frames that were decoded from their start.
 */
final class Lz4Decoder implements Decoder {
    private static final int MAGIC = 0x184D2204;
    private static final int LEGACY = 0x184C2102;
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int WINDOW = 64 << 10;
    private static final int LEGACY_BLOCK = 8 << 20;
    private static final int[] BLOCK_SIZES = {0, 0, 0, 0, 64 << 10, 256 << 10, 1 << 20, 4 << 20};

    private final String name;
    private final CheckpointSink sink;
    private final CompressedStream in;
    private long position;
    private boolean ended;
    private IOException failure;

    private boolean inFrame;
    private boolean legacy;
    private boolean linked;
    private boolean blockSums;
    private boolean contentSum;
    private int blockLimit;
    private long contentSize;
    private long decodedOfFrame;
    /** Null if the frame was not begun at its start. */
    private XxHash32 sum;

    private byte[] block = new byte[0];
    /** Up to {@link #WINDOW} bytes of the frame, then a block. */
    private byte[] out = new byte[0];
    private int given;
    private int decoded;

    static Lz4Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        Lz4Decoder decoder = new Lz4Decoder(compressed, from, sink);
        if (from.decodedOffset() != 0 || from.compressedBit() != 0) {
            decoder.resume(from);
        }
        return decoder;
    }

    private Lz4Decoder(ByteSource compressed, Checkpoint from, CheckpointSink sink) {
        this.name = compressed.name();
        this.in = new CompressedStream(compressed, from.compressedBit() >>> 3);
        this.sink = sink;
        this.position = from.decodedOffset();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long memory() {
        return out.length + block.length + (400L << 10);
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        while (given == decoded && !ended) {
            if (failure != null) {
                throw failure;
            }
            try {
                step();
            } catch (IOException | RuntimeException e) {
                failure = in.meaning(e);
            }
        }
        if (given == decoded) {
            return -1;
        }
        int count = Math.min(length, decoded - given);
        System.arraycopy(out, given, dst, offset, count);
        given += count;
        position += count;
        return count;
    }

    @Override
    public void close() {}

    private void step() throws IOException {
        if (!inFrame) {
            int first = in.read();
            if (first < 0) {
                ended = true;
            } else {
                frame(first | in.need() << 8 | in.need() << 16 | in.need() << 24);
            }
        } else {
            nextBlock();
        }
    }

    private void frame(int magic) throws IOException {
        if ((magic & ~15) == SKIPPABLE) {
            long size = littleEndian(4);
            for (long i = 0; i < size; i++) {
                in.need();
            }
            return;
        }
        if (magic == LEGACY) {
            begin(LEGACY_BLOCK, true, false, false, false, -1);
        } else if (magic == MAGIC) {
            header();
        } else {
            throw in.corrupt("this is no lz4 frame");
        }
        sum = new XxHash32();
    }

    private void header() throws IOException {
        byte[] head = new byte[14];
        head[0] = (byte) in.need();
        head[1] = (byte) in.need();
        int flags = head[0];
        int size = head[1] >>> 4 & 7;
        if ((flags & 0xc0) != 0x40 || (flags & 2) != 0 || BLOCK_SIZES[size] == 0 || (head[1] & 0x8f) != 0) {
            throw new UnsupportedFormat("an lz4 frame has a version or flags that are not known", in.place());
        }
        int length = 2 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0);
        long content = 0;
        for (int i = 2; i < length; i++) {
            head[i] = (byte) in.need();
            content |= i < 10 ? (head[i] & 0xffL) << 8 * (i - 2) : 0;
        }
        if (in.need() != (XxHash32.of(head, 0, length) >>> 8 & 0xff)) {
            throw in.corrupt("the checksum of an lz4 frame's header is wrong");
        }
        if ((flags & 1) != 0) {
            throw new UnsupportedFormat("an lz4 frame needs a dictionary", in.place());
        }
        begin(BLOCK_SIZES[size], false, (flags & 0x20) == 0, (flags & 0x10) != 0, (flags & 4) != 0,
                (flags & 8) != 0 ? content : -1);
    }

    private void begin(int limit, boolean isLegacy, boolean isLinked, boolean withBlockSums, boolean withSum,
            long size) {
        inFrame = true;
        blockLimit = limit;
        legacy = isLegacy;
        linked = isLinked;
        blockSums = withBlockSums;
        contentSum = withSum;
        contentSize = size;
        decodedOfFrame = 0;
        given = 0;
        decoded = 0;
    }

    private void nextBlock() throws IOException {
        if (decodedOfFrame > 0 && sink.wants(position)) {
            layCheckpoint();
        }
        int kept = linked ? Math.min(decoded, WINDOW) : 0;
        System.arraycopy(out, decoded - kept, out, 0, kept);
        given = kept;
        decoded = kept;
        int first = in.read();
        if (first < 0) {
            if (!legacy) {
                throw new EOFException();
            }
            ended = true;
            return;
        }
        long size = first | littleEndian(3) << 8;
        if (legacy && (size == (MAGIC & 0xffff_ffffL) || size == LEGACY
                || (size & ~15L) == SKIPPABLE)) {
            inFrame = false;
            frame((int) size);
            return;
        }
        if (size == 0 && !legacy) {
            endFrame();
            return;
        }
        boolean plain = !legacy && (size & 0x8000_0000L) != 0;
        int length = (int) (size & 0x7fff_ffffL);
        // A block that would grow is stored, except in the legacy format.
        if (length > blockLimit + (legacy ? blockLimit / 255 + 16 : 0) || legacy && size > Integer.MAX_VALUE) {
            throw in.corrupt("an lz4 block is larger than it may be");
        }
        decodeBlock(length, plain);
    }

    private void decodeBlock(int length, boolean plain) throws IOException {
        block = grown(block, length, 0);
        for (int done = 0; done < length;) {
            int got = in.read(block, done, length - done);
            if (got < 0) {
                throw new EOFException();
            }
            done += got;
        }
        if (blockSums && XxHash32.of(block, 0, length) != (int) littleEndian(4)) {
            throw in.corrupt("the checksum of an lz4 block is wrong");
        }
        int start = given;
        int end;
        // What it decodes to is at most 255 times as long: no more memory than that for a small block.
        out = grown(out, start + (int) Math.min(blockLimit, length * 255L), start);
        if (plain) {
            System.arraycopy(block, 0, out, start, length);
            end = start + length;
        } else {
            end = expand(length, start, Math.min(out.length, start + blockLimit));
        }
        decodedOfFrame += end - start;
        if (contentSize >= 0 && decodedOfFrame > contentSize) {
            throw in.corrupt("an lz4 frame is larger than its header says");
        }
        decoded = end;
        if (contentSum && sum != null) {
            sum.update(out, start, end - start);
        }
    }

    private static byte[] grown(byte[] bytes, int needed, int kept) {
        if (needed <= bytes.length) {
            return bytes;
        }
        byte[] larger = new byte[needed];
        System.arraycopy(bytes, 0, larger, 0, kept);
        return larger;
    }

    /** LZ4 Block Format: a token, literals, and a match, until the block ends with literals. */
    private int expand(int length, int start, int limit) throws IOException {
        final byte[] from = block;
        final byte[] to = out;
        int in0 = 0;
        int at = start;
        while (in0 < length) {
            int token = from[in0++] & 0xff;
            int literals = token >>> 4;
            if (literals == 15) {
                int more;
                do {
                    if (in0 >= length) {
                        throw in.corrupt("an lz4 block ends in a length");
                    }
                    more = from[in0++] & 0xff;
                    literals += more;
                } while (more == 255);
            }
            if (literals > length - in0 || literals > limit - at) {
                throw in.corrupt("an lz4 block has more literals than bytes");
            }
            System.arraycopy(from, in0, to, at, literals);
            in0 += literals;
            at += literals;
            if (in0 == length) {
                return at;
            }
            if (length - in0 < 2) {
                throw in.corrupt("an lz4 block ends in an offset");
            }
            int distance = from[in0] & 0xff | (from[in0 + 1] & 0xff) << 8;
            in0 += 2;
            int match = (token & 15) + 4;
            if (match == 19) {
                int more;
                do {
                    if (in0 >= length) {
                        throw in.corrupt("an lz4 block ends in a length");
                    }
                    more = from[in0++] & 0xff;
                    match += more;
                } while (more == 255);
            }
            if (distance == 0 || distance > at || match > limit - at) {
                throw in.corrupt("an lz4 match reaches out of its block");
            }
            copy(to, at, distance, match);
            at += match;
        }
        throw in.corrupt("an lz4 block does not end with literals");
    }

    /** In pieces that double: after each, twice as much repeats. */
    private static void copy(byte[] to, int at, int distance, int length) {
        int from = at - distance;
        for (int done = 0; done < length;) {
            int piece = Math.min(length - done, distance + done);
            System.arraycopy(to, from, to, at + done, piece);
            done += piece;
        }
    }

    private void endFrame() throws IOException {
        inFrame = false;
        if (contentSize >= 0 && contentSize != decodedOfFrame) {
            throw in.corrupt("an lz4 frame has another size than its header says");
        }
        if (contentSum) {
            int expected = (int) littleEndian(4);
            if (sum != null && sum.value() != expected) {
                throw in.corrupt("the checksum of an lz4 frame is not that of its bytes");
            }
        }
    }

    private void layCheckpoint() {
        byte[] head = new byte[22];
        head[0] = (byte) (legacy ? 1 : 0);
        head[1] = (byte) (linked ? 1 : 0);
        head[2] = (byte) (blockSums ? 1 : 0);
        head[3] = (byte) (contentSum ? 1 : 0);
        for (int i = 0; i < 4; i++) {
            head[4 + i] = (byte) (blockLimit >>> 8 * i);
        }
        for (int i = 0; i < 7; i++) {
            head[8 + i] = (byte) (contentSize >>> 8 * i);
            head[15 + i] = (byte) (decodedOfFrame >>> 8 * i);
        }
        int kept = linked ? Math.min(decoded, WINDOW) : 0;
        sink.add(new Checkpoint(position, in.offset() * 8, WindowPacker.pack(head, out, decoded - kept, decoded)));
    }

    private void resume(Checkpoint from) throws IOException {
        WindowPacker.Unpacked unpacked = WindowPacker.unpack(from.state(), WINDOW);
        if (unpacked == null || unpacked.head().length != 22) {
            throw damagedCheckpoint(from);
        }
        byte[] head = unpacked.head();
        int limit = 0;
        long size = 0;
        long done = 0;
        for (int i = 6; i >= 0; i--) {
            size = size << 8 | head[8 + i] & 0xff;
            done = done << 8 | head[15 + i] & 0xff;
            limit = i < 4 ? limit << 8 | head[4 + i] & 0xff : 0;
        }
        if (limit <= 0 || limit > LEGACY_BLOCK) {
            throw damagedCheckpoint(from);
        }
        begin(limit, head[0] == 1, head[1] == 1, head[2] == 1, head[3] == 1, size == (1L << 56) - 1 ? -1 : size);
        decodedOfFrame = done;
        out = Arrays.copyOf(unpacked.window(), unpacked.window().length);
        decoded = out.length;
        given = decoded;
    }

    private CorruptData damagedCheckpoint(Checkpoint from) {
        return new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged", Place.of(name));
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) in.need() << 8 * i;
        }
        return value;
    }
}
