// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;

/**
 * One header block whose checksum was right.
 *
 * <pre>
 * offset length field                 offset length field
 *      0    100 name                     257      6 magic "ustar"
 *    100      8 mode                     345    155 prefix (ustar only)
 *    124     12 size                     369     12 offset in a multi-volume file (GNU)
 *    136     12 mtime                    386     96 four sparse extents (GNU)
 *    148      8 checksum                 482      1 more sparse extents follow (GNU)
 *    156      1 type                     483     12 real size (GNU)
 *    157    100 link name
 * </pre>
 */
record TarHeader(byte[] block, String name, String linkName, int type, int mode, long size, Instant modified,
        Place place) {
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;

    static TarHeader parse(byte[] block, Place place) throws QbfsException {
        if (!isIntact(block)) {
            throw new CorruptData("no tar header where one should be: its checksum is wrong", place);
        }
        String name = TarName.field(block, 0, 100);
        // GNU's magic has a space behind "ustar", POSIX' a NUL; only POSIX has a prefix.
        boolean posix = block[257] == 'u' && block[261] == 'r' && block[262] == 0;
        String prefix = posix ? TarName.field(block, 345, 155) : "";
        long size = number(block, 124, 12, "size", place);
        if (size < 0) {
            throw new CorruptData("a tar entry of " + size + " bytes", place);
        }
        long seconds = number(block, 136, 12, "mtime", place);
        Instant modified = Math.abs(seconds) < 1L << 40 ? Instant.ofEpochSecond(seconds) : Instant.EPOCH;
        return new TarHeader(block, prefix.isEmpty() ? name : prefix + "/" + name, TarName.field(block, 157, 100),
                block[156] & 0xff, (int) number(block, 100, 8, "mode", place) & 07777, size, modified, place);
    }

    /** Whether {@code block} has the checksum of a header: the sum of its bytes, the field itself as spaces. */
    static boolean isIntact(byte[] block) {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < block.length; i++) {
            byte value = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH ? (byte) ' ' : block[i];
            unsigned += value & 0xff;
            // Some old programs added signed bytes.
            signed += value;
        }
        try {
            long stored = TarUtils.parseOctal(block, CHECKSUM, CHECKSUM_LENGTH);
            return stored == unsigned || stored == signed;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    long gnuOffset() throws QbfsException {
        return number(block, 369, 12, "volume offset", place);
    }

    /** The size of a sparse file, holes included, or of the whole file in the header of a continuation. */
    long gnuRealSize() throws QbfsException {
        return number(block, 483, 12, "real size", place);
    }

    static long number(byte[] block, int offset, int length, String what, Place place) throws QbfsException {
        try {
            return TarUtils.parseOctalOrBinary(block, offset, length);
        } catch (IllegalArgumentException e) {
            throw new CorruptData("the " + what + " in a tar header is no number", place, e);
        }
    }
}
