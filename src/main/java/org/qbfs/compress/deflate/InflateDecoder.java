// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.codec.WatchedWindow;
import org.qbfs.compress.codec.WindowPacker;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;

/**
 * Deflate in its two wrappers: gzip (RFC 1952) with any number of members, and zlib (RFC 1950). Checkpoints can lie
 * between any two symbols. A member's checksum is verified when it was decoded from its start.
 *
 * <p>What follows the last member is treated as gzip(1) does it: zeros are padding, anything else is ignored.
 */
final class InflateDecoder implements Decoder {
    /** What is around the deflate stream. */
    enum Wrapper {
        /** Any number of members. */
        GZIP,
        /** The end of one member, from a checkpoint on, and of the source: nothing may follow. */
        GZIP_TAIL,
        /** One stream. */
        ZLIB
    }

    /** So much is decoded at a time: it stays in the second-level cache until it is copied out. */
    private static final int STEP = 128 << 10;
    private static final int LIMIT = Inflate.WINDOW + STEP;
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private final Wrapper wrapper;
    private final CheckpointSink sink;
    private final CompressedInput input;
    private final Inflate inflate;
    private final byte[] out = new byte[LIMIT + Inflate.SLACK];
    /** Index in {@link #out} of the next byte to give. */
    private int given;
    private long position;
    private boolean inMember;
    /** Whether a member ended since the last step began: nothing behind it uses what was before. */
    private boolean memberEnded;
    private boolean ended;
    /** Thrown when the bytes before it are given. */
    private IOException failure;

    /** Null while a member is decoded that was not begun at its start. */
    private Checksum checksum;
    /** Index in {@link #out} up to which the checksum has been updated. */
    private int summed;
    private long memberBytes;

    InflateDecoder(Wrapper wrapper, ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        this.wrapper = wrapper;
        this.sink = sink;
        this.input = new CompressedInput(compressed, from.compressedBit() >>> 3);
        this.inflate = new Inflate(input, out);
        this.position = from.decodedOffset();
        if (from.decodedOffset() != 0 || from.compressedBit() != 0) {
            resume(compressed, from);
        } else {
            firstHeader();
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (given == inflate.outPosition && !fill()) {
            return -1;
        }
        int count = Math.min(length, inflate.outPosition - given);
        System.arraycopy(out, given, dst, offset, count);
        given += count;
        position += count;
        return count;
    }

    @Override
    public void close() {}

    /** Decodes on; false at the end. Damage is kept back until the bytes before it are given. */
    private boolean fill() throws IOException {
        if (failure == null && !ended) {
            WatchedWindow watched = newCheckpoint();
            slide();
            inflate.watch(watched);
            int start = inflate.outPosition;
            memberEnded = false;
            try {
                while (inflate.outPosition < LIMIT && !ended) {
                    step();
                }
            } catch (IOException e) {
                failure = e;
            }
            sum();
            if (watched != null) {
                sink.add(watched.checkpoint(memberEnded || inflate.outPosition - start >= Inflate.WINDOW));
            }
        }
        if (given < inflate.outPosition) {
            return true;
        }
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    private void step() throws IOException {
        if (!inMember) {
            ended = wrapper != Wrapper.GZIP || !nextGzipHeader();
            return;
        }
        inflate.run(LIMIT);
        if (inflate.state == Inflate.State.END) {
            inflate.align();
            sum();
            inMember = false;
            memberEnded = true;
            inflate.watch(null);
            trailer();
            if (wrapper == Wrapper.GZIP_TAIL && input.next() >= 0) {
                throw new CorruptData("the compressed stream goes on behind its end", input.place(input.offset() - 1));
            }
        }
    }

    private void slide() {
        int from = Math.max(inflate.historyStart, inflate.outPosition - Inflate.WINDOW);
        int kept = inflate.outPosition - from;
        System.arraycopy(out, from, out, 0, kept);
        inflate.historyStart = 0;
        inflate.outPosition = kept;
        given = kept;
        summed = kept;
    }

    private void sum() {
        if (checksum != null) {
            checksum.update(out, summed, inflate.outPosition - summed);
            memberBytes += inflate.outPosition - summed;
        }
        summed = inflate.outPosition;
    }

    private void beginMember() {
        inflate.restart();
        inMember = true;
        checksum = wrapper == Wrapper.ZLIB ? new Adler32() : new CRC32();
        memberBytes = 0;
        summed = inflate.outPosition;
    }

    private void firstHeader() throws IOException {
        if (wrapper == Wrapper.ZLIB) {
            int first = input.need("the zlib header");
            int second = input.need("the zlib header");
            // RFC 1950, 2.2: method 8, window at most 32 KiB, no preset dictionary, a multiple of 31.
            if ((first & 15) != 8 || first >>> 4 > 7 || (second & 0x20) != 0 || (first << 8 | second) % 31 != 0) {
                throw new CorruptData("this is no zlib header", input.place(input.offset() - 2));
            }
        } else {
            int first = input.need("the gzip header");
            int second = input.need("the gzip header");
            if (first != GZIP_FIRST || second != GZIP_SECOND) {
                throw new CorruptData("this is no gzip header", input.place(input.offset() - 2));
            }
            gzipHeaderAfterMagic();
        }
        beginMember();
    }

    /** Whether another member begins here. */
    private boolean nextGzipHeader() throws IOException {
        if (input.next() != GZIP_FIRST || input.next() != GZIP_SECOND) {
            return false;
        }
        gzipHeaderAfterMagic();
        beginMember();
        return true;
    }

    /** RFC 1952, 2.3. */
    private void gzipHeaderAfterMagic() throws IOException {
        String what = "the gzip header";
        int method = input.need(what);
        int flags = input.need(what);
        if (method != 8 || (flags & 0xe0) != 0) {
            throw new CorruptData("the gzip header has method " + method + " and flags " + flags
                    + ", of which this program knows method 8 and flags below 32", input.place());
        }
        for (int i = 0; i < 6; i++) {
            input.need(what);
        }
        if ((flags & 4) != 0) {
            for (int extra = input.need(what) | input.need(what) << 8; extra > 0; extra--) {
                input.need(what);
            }
        }
        for (int texts = Integer.bitCount(flags & 0x18); texts > 0; texts--) {
            while (input.need(what) != 0) { }
        }
        if ((flags & 2) != 0) {
            input.need(what);
            input.need(what);
        }
    }

    private void trailer() throws IOException {
        if (wrapper != Wrapper.ZLIB) {
            long sum = littleEndian("the gzip trailer");
            long size = littleEndian("the gzip trailer");
            if (checksum != null && (sum != checksum.getValue() || size != (memberBytes & 0xffff_ffffL))) {
                throw wrongSum("CRC-32", sum);
            }
        } else {
            long sum = Integer.toUnsignedLong(Integer.reverseBytes((int) littleEndian("the zlib trailer")));
            if (checksum != null && sum != checksum.getValue()) {
                throw wrongSum("Adler-32", sum);
            }
        }
    }

    private CorruptData wrongSum(String which, long expected) {
        return new CorruptData(String.format("the decoded bytes have the %s %08x, and %08x or another length was"
                + " written behind them", which, checksum.getValue(), expected), input.place());
    }

    private long littleEndian(String what) throws IOException {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (long) input.need(what) << 8 * i;
        }
        return value;
    }

    /** A checkpoint here, if one is wanted; the step that follows is longer than the window and tells what is used. */
    private WatchedWindow newCheckpoint() {
        if (!inMember || inflate.state == Inflate.State.END || position == 0 || !sink.wants(position)) {
            return null;
        }
        int from = Math.max(inflate.historyStart, inflate.outPosition - Inflate.WINDOW);
        return new WatchedWindow(position, inflate.bitOffset(), inflate.blockState(),
                Arrays.copyOfRange(out, from, inflate.outPosition));
    }

    private void resume(ByteSource compressed, Checkpoint from) throws IOException {
        WindowPacker.Unpacked unpacked = WindowPacker.unpack(from.state(), Inflate.WINDOW);
        boolean fits = unpacked != null && inflate.resume(unpacked.head());
        if (fits) {
            System.arraycopy(unpacked.window(), 0, out, 0, unpacked.window().length);
            inflate.outPosition = unpacked.window().length;
            given = inflate.outPosition;
            summed = inflate.outPosition;
            inMember = true;
            inflate.skipBits((int) from.compressedBit() & 7);
        } else {
            throw new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged",
                    Place.of(compressed.name()));
        }
    }
}
