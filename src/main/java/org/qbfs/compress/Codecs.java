// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.util.List;
import java.util.Locale;
import org.qbfs.compress.bzip2.Bzip2Codec;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.NoneCodec;
import org.qbfs.compress.deflate.GzipCodec;
import org.qbfs.compress.deflate.ZlibCodec;
import org.qbfs.compress.lz4.Lz4Codec;
import org.qbfs.compress.xz.LzmaCodec;
import org.qbfs.compress.xz.XzCodec;
import org.qbfs.compress.zstd.ZstdCodec;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;

/** The formats that we read, and how they are told apart. */
public final class Codecs {
    /** So many bytes from the start of a stream are enough for {@link #detect}. */
    public static final int HEAD = 16;

    private static final Codec NONE = new NoneCodec();
    private static final Codec GZIP = new GzipCodec();
    private static final Codec ZLIB = new ZlibCodec();
    private static final Codec BZIP2 = new Bzip2Codec();
    private static final Codec LZ4 = new Lz4Codec();
    private static final Codec ZSTD = new ZstdCodec();
    private static final Codec XZ = new XzCodec();
    private static final Codec LZMA = new LzmaCodec();
    private static final String KNOWN = "gzip, pigz, bzip2, pbzip2, xz, lzma, zstd, zstdmt, lz4, zlib, none";

    private Codecs() {}

    /** Bytes that are not compressed. */
    public static Codec none() {
        return NONE;
    }

    /**
     * The codec of a filter as a header or a user names it, with or without options: {@code gzip -3}.
     *
     * @throws UnsupportedFormat if we do not know it; lists what we know
     */
    public static Codec named(String filter, String source) throws UnsupportedFormat {
        String program = filter.strip().split("\\s+", 2)[0];
        String name = program.substring(program.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "gzip", "pigz", "unpigz", "gunzip", "zopfli" -> GZIP;
            case "bzip2", "pbzip2", "lbzip2", "bunzip2", "bzcat" -> BZIP2;
            case "lz4", "unlz4", "lz4cat" -> LZ4;
            case "zstd", "zstdmt", "pzstd", "unzstd", "zstdcat" -> ZSTD;
            case "xz", "pixz", "pxz", "unxz", "xzcat" -> XZ;
            case "lzma", "unlzma" -> LZMA;
            case "zlib" -> ZLIB;
            case "none", "cat" -> NONE;
            default -> throw new UnsupportedFormat("the compression filter '" + filter.strip()
                    + "' is not known (known: " + KNOWN + ")", Place.of(source));
        };
    }

    /**
     * The codec of a stream, by its magic; by {@code hint} only where there is none.
     *
     * @param head the first {@link #HEAD} bytes of the stream, or all of it if it is shorter
     * @param hint the filter that the header names, with options or not; may be null or empty
     * @throws UnsupportedFormat if neither tells
     * @throws TruncatedData if the stream is empty and there is no hint; with one, the codec decides
     */
    public static Codec detect(byte[] head, String hint, String source) throws UnsupportedFormat, TruncatedData {
        Codec known = byMagic(head);
        if (known != null) {
            return known;
        }
        if (hint == null || hint.isBlank()) {
            if (head.length == 0) {
                throw new TruncatedData("the compressed stream is empty", Place.of(source, 0, 0));
            }
            throw new UnsupportedFormat("the stream begins like none of the compression formats that are known ("
                    + KNOWN + ")", Place.of(source, 0, head.length));
        }
        return named(hint, source);
    }

    private static Codec byMagic(byte[] head) {
        if (begins(head, 0x1f, 0x8b)) {
            return GZIP;
        }
        if (begins(head, 'B', 'Z', 'h') && head.length > 3 && head[3] >= '1' && head[3] <= '9') {
            return BZIP2;
        }
        if (begins(head, 0x04, 0x22, 0x4d, 0x18) || begins(head, 0x02, 0x21, 0x4c, 0x18)) {
            return LZ4;
        }
        if (begins(head, 0x28, 0xb5, 0x2f, 0xfd)
                || head.length >= 4 && (head[0] & 0xf0) == 0x50 && (head[1] & 0xff) == 0x2a && head[2] == 0x4d
                        && head[3] == 0x18) {
            return ZSTD;
        }
        if (begins(head, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            return XZ;
        }
        return null;
    }

    private static boolean begins(byte[] head, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= head.length || (head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
