// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.codec.WatchedWindow;
import org.qbfs.compress.codec.WindowLimit;
import org.qbfs.compress.codec.WindowPacker;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;

/**
 * Frames of zstd (RFC 8878), and skippable ones. Checkpoints lie between any two blocks: the window, the repeated
 * offsets and the tables are their state. The checksum of a frame is verified when it was decoded from its start.
 */
final class ZstdDecoder implements Decoder {
    private static final int MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE = 0x184D2A50;
    /** So much is decoded before it is given. */
    private static final int STEP = 1 << 20;
    /** Above the greatest length of a Java array, with the room for a step. */
    private static final long GREATEST_WINDOW = 1 << 30;

    private final String name;
    private final CheckpointSink sink;
    private final CompressedStream in;
    private final byte[] block = new byte[ZstdBlock.MARGIN * 2 + ZstdBlock.MAX_SIZE];

    private long position;
    private boolean ended;
    private IOException failure;

    /** Null between frames. */
    private ZstdBlock blocks;
    private boolean lastBlock;
    private long window;
    private int blockLimit;
    private boolean hasChecksum;
    /** Decoded size as the header gives it; -1 if it does not. */
    private long contentSize;
    private long decodedOfFrame;
    /** Null if the frame was not begun at its start. */
    private XxHash64 checksum;

    /** The last bytes of the frame, at least a window of them, and what is not given yet. */
    private byte[] out = new byte[ZstdBlock.SLACK];
    private int frameStart;
    private int given;
    private int decoded;
    private WatchedWindow watched;

    static ZstdDecoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        ZstdDecoder decoder = new ZstdDecoder(compressed, from, sink);
        try {
            if (from.decodedOffset() != 0 || from.compressedBit() != 0) {
                decoder.resume(from);
            } else if (!decoder.nextFrame()) {
                throw new EOFException();
            }
            return decoder;
        } catch (IOException e) {
            throw decoder.in.meaning(e);
        }
    }

    private ZstdDecoder(ByteSource compressed, Checkpoint from, CheckpointSink sink) {
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
        return out.length + (512L << 10);
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (given == decoded && !fill()) {
            return -1;
        }
        int count = Math.min(length, decoded - given);
        System.arraycopy(out, given, dst, offset, count);
        given += count;
        position += count;
        return count;
    }

    @Override
    public void close() {
        finishWatched();
    }

    private boolean fill() throws IOException {
        while (given == decoded && failure == null && !ended) {
            try {
                step();
            } catch (IOException | RuntimeException e) {
                failure = in.meaning(e);
            } catch (ZstdBlock.Damaged e) {
                failure = in.corrupt(e.getMessage());
            }
        }
        if (given < decoded) {
            return true;
        }
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    private void step() throws IOException, ZstdBlock.Damaged {
        if (blocks == null) {
            ended = !nextFrame();
        } else if (lastBlock) {
            endFrame();
        } else {
            layCheckpoint();
            decodeBlock();
        }
    }

    /** Reads up to the first block of the next frame; false at the end. */
    private boolean nextFrame() throws IOException {
        for (;;) {
            int first = in.read();
            if (first < 0) {
                return false;
            }
            int magic = first | in.need() << 8 | in.need() << 16 | in.need() << 24;
            if (magic == MAGIC) {
                frameHeader();
                return true;
            }
            if ((magic & ~15) != SKIPPABLE) {
                throw in.corrupt("this is no zstd frame");
            }
            long size = littleEndian(4);
            for (long i = 0; i < size; i++) {
                in.need();
            }
        }
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) in.need() << 8 * i;
        }
        return value;
    }

    /** 3.1.1.1. */
    private void frameHeader() throws IOException {
        int flags = in.need();
        boolean single = (flags & 0x20) != 0;
        if ((flags & 8) != 0) {
            throw new UnsupportedFormat("a zstd frame has a flag that is not known", in.place());
        }
        long size = 0;
        if (!single) {
            int descriptor = in.need();
            long base = 1L << 10 + (descriptor >>> 3);
            size = base + base / 8 * (descriptor & 7);
        }
        int idBytes = (flags & 3) == 3 ? 4 : flags & 3;
        if (littleEndian(idBytes) != 0) {
            throw new UnsupportedFormat("a zstd frame needs a dictionary", in.place());
        }
        int sizeBytes = flags >>> 6 == 0 ? single ? 1 : 0 : 1 << (flags >>> 6);
        contentSize = sizeBytes == 0 ? -1 : littleEndian(sizeBytes) + (sizeBytes == 2 ? 256 : 0);
        if (sizeBytes == 8 && contentSize < 0) {
            throw in.corrupt("a zstd frame has an impossible size");
        }
        begin(single ? contentSize : size, (flags & 4) != 0);
        checksum = hasChecksum ? new XxHash64() : null;
    }

    private void begin(long windowSize, boolean withChecksum) throws IOException {
        WindowLimit.check(windowSize, in.place());
        if (windowSize > GREATEST_WINDOW) {
            throw new org.qbfs.error.ResourceLimit("the compressed stream wants a window of " + windowSize
                    + " bytes", windowSize, GREATEST_WINDOW, in.place());
        }
        window = windowSize;
        blockLimit = (int) Math.min(windowSize, ZstdBlock.MAX_SIZE);
        hasChecksum = withChecksum;
        blocks = new ZstdBlock();
        lastBlock = false;
        decodedOfFrame = 0;
        frameStart = decoded;
    }

    private void endFrame() throws IOException {
        finishWatched();
        blocks = null;
        if (contentSize >= 0 && contentSize != decodedOfFrame) {
            throw in.corrupt("a zstd frame has another size than its header says");
        }
        if (hasChecksum) {
            long sum = littleEndian(4);
            if (checksum != null && sum != (checksum.value() & 0xffff_ffffL)) {
                throw in.corrupt("the checksum of a zstd frame is not that of its bytes");
            }
        }
    }

    /** 3.1.1.2. */
    private void decodeBlock() throws IOException, ZstdBlock.Damaged {
        int header = (int) littleEndian(3);
        int type = header >>> 1 & 3;
        int size = header >>> 3;
        if (type == 3 || size > blockLimit) {
            throw in.corrupt("a zstd block has an impossible type or size");
        }
        makeRoom();
        int start = decoded;
        int end = start;
        switch (type) {
            case 0 -> {
                readFully(out, start, size);
                end = start + size;
            }
            case 1 -> {
                Arrays.fill(out, start, start + size, (byte) in.need());
                end = start + size;
            }
            default -> {
                readFully(block, ZstdBlock.MARGIN, size);
                Arrays.fill(block, ZstdBlock.MARGIN + size, ZstdBlock.MARGIN * 2 + size, (byte) 0);
                int first = (int) Math.max(frameStart, start - window);
                // The checkpoint may lie before the array by now: nothing can refer to that any more.
                blocks.watch(watched, watched == null ? 0
                        : (int) Math.max(Integer.MIN_VALUE, decoded - (position - watched.position())));
                end = blocks.decode(block, ZstdBlock.MARGIN, ZstdBlock.MARGIN + size, out, first, start,
                        start + blockLimit);
            }
        }
        decoded = end;
        lastBlock = (header & 1) != 0;
        decodedOfFrame += end - start;
        if (contentSize >= 0 && decodedOfFrame > contentSize) {
            decoded = start;
            throw in.corrupt("a zstd frame is larger than its header says");
        }
        if (checksum != null) {
            checksum.update(out, start, end - start);
        }
        if (watched != null && position + (end - start) - watched.position() >= window) {
            finishWatched();
        }
    }

    private void readFully(byte[] to, int at, int length) throws IOException {
        for (int done = 0; done < length;) {
            int got = in.read(to, at + done, length - done);
            if (got < 0) {
                throw new EOFException();
            }
            done += got;
        }
    }

    /**
     * Room for one more block. The array grows with what is decoded, up to the window and a half: a frame of few bytes
     * cannot make us take much memory by a large number in its header.
     */
    private void makeRoom() {
        int needed = decoded + blockLimit + ZstdBlock.SLACK;
        if (needed <= out.length) {
            return;
        }
        int kept = (int) Math.min(decoded - frameStart, window);
        long most = window + Math.max(STEP, window / 2) + ZstdBlock.SLACK;
        byte[] from = out;
        if (kept + blockLimit + ZstdBlock.SLACK > out.length || out.length < most && kept > out.length / 2) {
            long wanted = Math.max(out.length * 2L, kept + blockLimit + ZstdBlock.SLACK + (256L << 10));
            out = new byte[(int) Math.min(Math.max(most, kept + blockLimit + ZstdBlock.SLACK), wanted)];
        }
        int moved = decoded - kept;
        System.arraycopy(from, moved, out, 0, kept);
        decoded = kept;
        given = kept;
        frameStart = Math.max(0, frameStart - moved);
    }

    private void layCheckpoint() {
        if (watched == null && decodedOfFrame > 0 && sink.wants(position, window)) {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            for (long field : new long[] {window, contentSize, decodedOfFrame, hasChecksum ? 1 : 0}) {
                for (int i = 0; i < 8; i++) {
                    head.write((int) (field >>> 8 * i));
                }
            }
            blocks.save(head);
            int kept = (int) Math.min(decoded - frameStart, window);
            watched = new WatchedWindow(position, in.offset() * 8, head.toByteArray(),
                    Arrays.copyOfRange(out, decoded - kept, decoded));
        }
    }

    private void finishWatched() {
        if (watched != null) {
            long behind = position + (decoded - given) - watched.position();
            sink.add(watched.checkpoint(blocks != null && lastBlock || behind >= window));
            watched = null;
        }
    }

    private void resume(Checkpoint from) throws IOException {
        WindowPacker.Unpacked unpacked = WindowPacker.unpack(from.state(), (int) Math.min(GREATEST_WINDOW,
                WindowLimit.bytes()));
        if (unpacked == null || unpacked.head().length < 32) {
            throw damagedCheckpoint(from);
        }
        byte[] head = unpacked.head();
        long size = int64(head, 0);
        contentSize = int64(head, 8);
        long done = int64(head, 16);
        if (size < 0 || done < 0 || unpacked.window().length > size || (int64(head, 24) & ~1L) != 0) {
            throw damagedCheckpoint(from);
        }
        out = Arrays.copyOf(unpacked.window(), unpacked.window().length + STEP + ZstdBlock.SLACK);
        decoded = unpacked.window().length;
        given = decoded;
        begin(size, int64(head, 24) == 1);
        frameStart = 0;
        decodedOfFrame = done;
        if (!blocks.restore(head, 32)) {
            throw damagedCheckpoint(from);
        }
    }

    private CorruptData damagedCheckpoint(Checkpoint from) {
        return new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged", Place.of(name));
    }

    private static long int64(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (bytes[at + i] & 0xffL) << 8 * i;
        }
        return value;
    }
}
