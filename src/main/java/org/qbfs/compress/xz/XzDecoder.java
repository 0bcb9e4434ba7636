// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;
import org.tukaani.xz.UnsupportedOptionsException;
import org.tukaani.xz.check.Check;

/**
 * The container of xz: streams, their blocks and index (The .xz File Format 1.2.1). XZ for Java decodes what is in a
 * block; its own container classes do not say where one ends.
 */
final class XzDecoder implements Decoder {
    static final byte[] MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
    static final int HEADER_SIZE = 12;
    /** Section 2.1.1.2: the size of a check by its type. */
    private static final int[] CHECK_SIZES = {0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64};

    private final CheckpointSink sink;
    private final CompressedStream in;
    private long position;
    private boolean ended;
    /** Set when the bytes before it are given. */
    private IOException failure;

    private int checkType;
    /** Of the stream, if it is decoded from its first block on: numbers and sums of its blocks, for its index. */
    private boolean wholeStream;
    private long blocks;
    private long blockSizes;
    private long blockBytes;

    /** Null between blocks. */
    private InputStream block;
    private XzBlockHeader header;
    private Check check;
    private long blockStart;
    private long blockPosition;
    private long dataStart;

    static XzDecoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
        XzDecoder decoder = new XzDecoder(compressed, from, sink);
        if (from.decodedOffset() == 0 && from.compressedBit() == 0) {
            try {
                decoder.streamHeader(decoder.in.need());
            } catch (IOException e) {
                throw XzErrors.meaning(decoder.in, e);
            }
        } else if (from.state().length != 1 || from.state()[0] < 0 || from.state()[0] > 15
                || (from.compressedBit() & 31) != 0) {
            throw new CorruptData("the checkpoint at byte " + from.decodedOffset() + " is damaged",
                    Place.of(compressed.name()));
        } else {
            decoder.checkType = from.state()[0];
        }
        return decoder;
    }

    private XzDecoder(ByteSource compressed, Checkpoint from, CheckpointSink sink) {
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
        return (header == null ? 0 : header.memory()) + CompressedInput.CAPACITY;
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            while (!ended) {
                if (block == null) {
                    nextBlock();
                } else {
                    int got = block.read(dst, offset, length);
                    if (got > 0) {
                        if (check != null) {
                            check.update(dst, offset, got);
                        }
                        blockPosition += got;
                        position += got;
                        return got;
                    }
                    endBlock();
                }
            }
            return -1;
        } catch (IOException | RuntimeException e) {
            failure = XzErrors.meaning(in, e);
            throw failure;
        }
    }

    @Override
    public void close() {
        block = null;
    }

    private void nextBlock() throws IOException {
        blockStart = in.offset();
        int first = in.need();
        if (first == 0) {
            index();
            return;
        }
        if (position > 0 && sink.wants(position)) {
            sink.add(new Checkpoint(position, blockStart * 8, new byte[] {(byte) checkType}));
        }
        header = XzBlockHeader.read(in, first);
        dataStart = in.offset();
        blockPosition = 0;
        check = newCheck();
        block = header.decoder(in);
    }

    /** Null for a check that is not known: like xz, we go on without it. */
    private Check newCheck() {
        try {
            return Check.getInstance(checkType);
        } catch (UnsupportedOptionsException e) {
            return null;
        }
    }

    private void endBlock() throws IOException {
        block = null;
        long size = in.offset() - dataStart;
        if (header.compressedSize() >= 0 && header.compressedSize() != size
                || header.uncompressedSize() >= 0 && header.uncompressedSize() != blockPosition) {
            throw in.corrupt("a block has another size than its header says");
        }
        for (long i = size; (i & 3) != 0; i++) {
            if (in.need() != 0) {
                throw in.corrupt("the padding of a block is not zero");
            }
        }
        byte[] expected = new byte[CHECK_SIZES[checkType]];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) in.need();
        }
        if (check != null && !Arrays.equals(check.finish(), expected)) {
            throw in.corrupt("the " + check.getName() + " of a block is not that of its bytes");
        }
        blocks++;
        blockSizes += dataStart - blockStart + size + expected.length;
        blockBytes += blockPosition;
    }

    /** Section 4. The index is compared with the blocks by their number and sums; each block has its own check. */
    private void index() throws IOException {
        CRC32 crc = new CRC32();
        crc.update(0);
        long records = number(crc);
        long sizes = 0;
        long bytes = 0;
        for (long i = 0; i < records; i++) {
            sizes += number(crc);
            bytes += number(crc);
        }
        if (wholeStream && (records != blocks || sizes != blockSizes || bytes != blockBytes)) {
            throw in.corrupt("the index does not fit the blocks");
        }
        while ((in.offset() - blockStart & 3) != 0) {
            int padding = in.need();
            crc.update(padding);
            if (padding != 0) {
                throw in.corrupt("the padding of the index is not zero");
            }
        }
        if (XzBlockHeader.littleEndian(in) != crc.getValue()) {
            throw in.corrupt("the CRC-32 of the index is wrong");
        }
        footer(in.offset() - blockStart);
        nextStream();
    }

    private long number(CRC32 crc) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = in.need();
            crc.update(next);
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    break;
                }
                return value;
            }
        }
        throw in.corrupt("a number in the index is too long");
    }

    /** Section 2.1.2. */
    private void footer(long indexSize) throws IOException {
        long sum = XzBlockHeader.littleEndian(in);
        byte[] covered = new byte[6];
        for (int i = 0; i < 6; i++) {
            covered[i] = (byte) in.need();
        }
        CRC32 crc = new CRC32();
        crc.update(covered);
        long backward = (covered[0] & 0xff | (covered[1] & 0xff) << 8 | (covered[2] & 0xff) << 16
                | (covered[3] & 0xffL) << 24) + 1 << 2;
        if (in.need() != 'Y' || in.need() != 'Z' || crc.getValue() != sum || backward != indexSize
                || covered[4] != 0 || covered[5] != checkType) {
            throw in.corrupt("the footer of the stream is wrong");
        }
    }

    /** Section 2.2: zeros in fours, then another stream or the end. */
    private void nextStream() throws IOException {
        long start = in.offset();
        int next = in.read();
        while (next == 0) {
            next = in.read();
        }
        if ((in.offset() - (next < 0 ? 0 : 1) - start & 3) != 0) {
            throw in.corrupt("the padding behind a stream is no multiple of four bytes");
        }
        if (next < 0) {
            ended = true;
        } else {
            streamHeader(next);
        }
    }

    /** Section 2.1.1, after its first byte. */
    private void streamHeader(int first) throws IOException {
        byte[] rest = new byte[HEADER_SIZE];
        rest[0] = (byte) first;
        for (int i = 1; i < HEADER_SIZE; i++) {
            if (i < MAGIC.length && rest[i - 1] != MAGIC[i - 1]) {
                throw in.corrupt("this is no xz header");
            }
            rest[i] = (byte) in.need();
        }
        checkType = checkTypeOf(rest, in);
        wholeStream = true;
        blocks = 0;
        blockSizes = 0;
        blockBytes = 0;
    }

    private static int checkTypeOf(byte[] header, CompressedStream in) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(header, 6, 2);
        long sum = header[8] & 0xff | (header[9] & 0xff) << 8 | (header[10] & 0xff) << 16 | (header[11] & 0xffL) << 24;
        if (!Arrays.equals(MAGIC, Arrays.copyOf(header, MAGIC.length)) || crc.getValue() != sum) {
            throw in.corrupt("the xz header is wrong");
        }
        if (header[6] != 0 || header[7] < 0 || header[7] > 15) {
            throw new UnsupportedFormat("the xz header has flags that are not known", in.place());
        }
        return header[7];
    }
}
