// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.compress.codec.WindowLimit;
import org.qbfs.error.UnsupportedFormat;
import org.tukaani.xz.ARM64Options;
import org.tukaani.xz.ARMOptions;
import org.tukaani.xz.ARMThumbOptions;
import org.tukaani.xz.DeltaInputStream;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.IA64Options;
import org.tukaani.xz.LZMA2InputStream;
import org.tukaani.xz.PowerPCOptions;
import org.tukaani.xz.RISCVOptions;
import org.tukaani.xz.SPARCOptions;
import org.tukaani.xz.X86Options;

/**
 * The header of an xz block (The .xz File Format 1.2.1, 3.1).
 *
 * @param compressedSize in bytes; -1 if it is not given
 * @param uncompressedSize in bytes; -1 if it is not given
 * @param dictionary in bytes
 * @param filters ids of the filters before LZMA2, in the order of encoding
 * @param properties one for each filter: the distance of delta, the start offset of a branch filter
 */
record XzBlockHeader(long compressedSize, long uncompressedSize, int dictionary, int[] filters, int[] properties) {
    private static final int LZMA2 = 0x21;
    private static final int DELTA = 3;

    /** Reads the header whose first byte, not zero, is {@code first}. */
    static XzBlockHeader read(CompressedStream in, int first) throws IOException {
        byte[] all = new byte[(first + 1) * 4];
        all[0] = (byte) first;
        for (int i = 1; i < all.length - 4; i++) {
            all[i] = (byte) in.need();
        }
        CRC32 crc = new CRC32();
        crc.update(all, 0, all.length - 4);
        if (littleEndian(in) != crc.getValue()) {
            throw in.corrupt("the CRC-32 of a block's header is wrong");
        }
        Reader reader = new Reader(in, all, all.length - 4);
        reader.at = 1;
        int flags = reader.next();
        if ((flags & 0x3c) != 0) {
            throw reader.unknown("flags");
        }
        long compressed = (flags & 0x40) != 0 ? reader.number() : -1;
        long uncompressed = (flags & 0x80) != 0 ? reader.number() : -1;
        int count = flags & 3;
        int[] filters = new int[count];
        int[] properties = new int[count];
        for (int i = 0; i < count; i++) {
            long id = reader.number();
            int size = Math.toIntExact(Math.min(reader.number(), 1024));
            if (id == DELTA && size == 1) {
                filters[i] = DELTA;
                properties[i] = reader.next() + 1;
            } else if (id >= 4 && id <= 11 && (size == 0 || size == 4)) {
                filters[i] = (int) id;
                for (int shift = 0; shift < size * 8; shift += 8) {
                    properties[i] |= reader.next() << shift;
                }
            } else {
                throw reader.unknown("a filter");
            }
        }
        if (reader.number() != LZMA2 || reader.number() != 1) {
            throw reader.unknown("a filter");
        }
        int bits = reader.next();
        if (bits > 40) {
            throw reader.unknown("a dictionary size");
        }
        long dictionary = bits == 40 ? 0xffff_ffffL : (2L | bits & 1) << (bits / 2 + 11);
        while (reader.at < all.length - 4) {
            if (reader.next() != 0) {
                throw reader.unknown("a field");
            }
        }
        WindowLimit.check(dictionary, in.place());
        if (dictionary > LZMA2InputStream.DICT_SIZE_MAX) {
            throw reader.unknown("a dictionary size");
        }
        return new XzBlockHeader(compressed, uncompressed, (int) dictionary, filters, properties);
    }

    /** How much memory decoding takes, in bytes. */
    long memory() {
        return LZMA2InputStream.getMemoryUsage(dictionary) * 1024L;
    }

    /** Decodes the block's data from {@code in}. */
    InputStream decoder(InputStream in) throws IOException {
        InputStream decoder = new LZMA2InputStream(in, dictionary);
        for (int i = filters.length - 1; i >= 0; i--) {
            decoder = filters[i] == DELTA ? new DeltaInputStream(decoder, properties[i])
                    : branch(filters[i], properties[i]).getInputStream(decoder);
        }
        return decoder;
    }

    private static FilterOptions branch(int id, int start) throws IOException {
        return switch (id) {
            case 4 -> {
                X86Options options = new X86Options();
                options.setStartOffset(start);
                yield options;
            }
            case 5 -> {
                PowerPCOptions options = new PowerPCOptions();
                options.setStartOffset(start);
                yield options;
            }
            case 6 -> {
                IA64Options options = new IA64Options();
                options.setStartOffset(start);
                yield options;
            }
            case 7 -> {
                ARMOptions options = new ARMOptions();
                options.setStartOffset(start);
                yield options;
            }
            case 8 -> {
                ARMThumbOptions options = new ARMThumbOptions();
                options.setStartOffset(start);
                yield options;
            }
            case 9 -> {
                SPARCOptions options = new SPARCOptions();
                options.setStartOffset(start);
                yield options;
            }
            case 10 -> {
                ARM64Options options = new ARM64Options();
                options.setStartOffset(start);
                yield options;
            }
            default -> {
                RISCVOptions options = new RISCVOptions();
                options.setStartOffset(start);
                yield options;
            }
        };
    }

    static long littleEndian(CompressedStream in) throws IOException {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (long) in.need() << 8 * i;
        }
        return value;
    }

    /** Takes the fields apart. */
    private static final class Reader {
        private final CompressedStream in;
        private final byte[] bytes;
        private final int end;
        private int at;

        Reader(CompressedStream in, byte[] bytes, int end) {
            this.in = in;
            this.bytes = bytes;
            this.end = end;
        }

        int next() throws IOException {
            if (at == end) {
                throw in.corrupt("a block's header is too short");
            }
            return bytes[at++] & 0xff;
        }

        long number() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 63; shift += 7) {
                int next = next();
                value |= (long) (next & 0x7f) << shift;
                if (next < 0x80) {
                    return value;
                }
            }
            throw in.corrupt("a number in a block's header is too long");
        }

        UnsupportedFormat unknown(String what) {
            return new UnsupportedFormat("a block's header has " + what + " that this program does not know",
                    in.place());
        }
    }
}
