// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.IOException;
import java.util.Optional;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;

/**
 * Streams of bzip2 (format as described by the bzip2 1.0.8 manual and Joe Tsai's "BZIP2: Format Specification", 2016). A
 * block stands for itself, so each start of one can be a checkpoint. The checksum of each block is verified. Helpers decode
 * blocks ahead of a reader that goes forward.
 */
final class Bzip2Decoder implements Decoder {
    /** What a block begins with, in 48 bits. */
    static final long BLOCK = 0x314159265359L;
    private static final long END = 0x177245385090L;

    private final CheckpointSink sink;
    private final Bzip2Ahead ahead;
    private CompressedStream in;
    private Bzip2Bits bits;
    private Bzip2Block block = new Bzip2Block();
    private long position;
    private boolean ended;
    private boolean inBlock;
    private IOException failure;

    private int level;
    /** Of the stream, if it is decoded from its first block on. */
    private boolean wholeStream;
    private int streamSum;
    private int blockSum;

    static Bzip2Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink, Bzip2Ahead ahead)
            throws IOException {
        Bzip2Decoder decoder = new Bzip2Decoder(compressed, from, sink, ahead);
        try {
            if (from.decodedOffset() == 0 && from.compressedBit() == 0) {
                if (!decoder.streamHeader()) {
                    throw decoder.in.corrupt("this is no bzip2 header");
                }
            } else if (from.state().length != 1 || from.state()[0] < 1 || from.state()[0] > 9) {
                throw new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged",
                        Place.of(compressed.name()));
            } else {
                decoder.level = from.state()[0];
                if ((from.compressedBit() & 7) != 0) {
                    decoder.bits.take((int) from.compressedBit() & 7);
                }
            }
            return decoder;
        } catch (IOException e) {
            throw decoder.in.meaning(e);
        }
    }

    private Bzip2Decoder(ByteSource compressed, Checkpoint from, CheckpointSink sink, Bzip2Ahead ahead) {
        this.in = new CompressedStream(compressed, from.compressedBit() >>> 3);
        this.bits = new Bzip2Bits(in);
        this.sink = sink;
        this.ahead = ahead;
        this.position = from.decodedOffset();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long memory() {
        return level * Bzip2Block.BYTES_OF_LEVEL + CompressedInput.CAPACITY + ahead.memory();
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            while (!ended) {
                if (!inBlock) {
                    nextBlock();
                } else {
                    int got = block.read(dst, offset, length);
                    if (got > 0) {
                        position += got;
                        return got;
                    }
                    endBlock();
                }
            }
            return -1;
        } catch (IOException | RuntimeException e) {
            failure = in.meaning(e);
            throw failure;
        } catch (Bzip2Block.Damaged e) {
            failure = in.corrupt(e.getMessage());
            throw failure;
        }
    }

    @Override
    public void close() {
        ahead.close();
    }

    /** Whether a stream begins here. */
    private boolean streamHeader() throws IOException {
        if (bits.take(8) != 'B' || bits.take(8) != 'Z' || bits.take(8) != 'h') {
            return false;
        }
        level = bits.take(8) - '0';
        wholeStream = true;
        streamSum = 0;
        return level >= 1 && level <= 9;
    }

    private void nextBlock() throws IOException, Bzip2Block.Damaged {
        long start = bits.offset();
        long magic = (long) bits.take(24) << 24 | bits.take(24);
        int sum = bits.take(32);
        if (magic == BLOCK) {
            if (position > 0 && sink.wants(position)) {
                sink.add(new Checkpoint(position, start, new byte[] {(byte) level}));
            }
            blockSum = sum;
            Optional<Bzip2Ahead.Piece> done = ahead.next(start, level);
            if (done.isPresent()) {
                ahead.giveBack(block);
                block = done.get().block();
                bits = done.get().bits();
                in = done.get().in();
            } else {
                block.read(bits, level * Bzip2Block.LEVEL);
            }
            inBlock = true;
        } else if (magic == END) {
            if (wholeStream && sum != streamSum) {
                throw in.corrupt("the checksum of the stream is not that of its blocks");
            }
            bits.align();
            // As bzip2 does it: what is no stream behind the last one is ignored.
            ended = bits.atEnd() || !streamHeader();
        } else {
            throw in.corrupt("there is no block where one should begin");
        }
    }

    private void endBlock() throws IOException {
        inBlock = false;
        if (block.sum() != blockSum) {
            throw in.corrupt("the checksum of a block is not that of its bytes");
        }
        streamSum = Integer.rotateLeft(streamSum, 1) ^ blockSum;
    }
}
