// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One header block of a tar archive, made field by field, and what comes behind it. */
public final class TarBytes {
    private final byte[] block = new byte[512];

    private TarBytes() {}

    /** A POSIX header. */
    public static TarBytes ustar(String name, char type, long size) {
        return new TarBytes().text(0, name).octal(100, 8, 0644).octal(124, 12, size).octal(136, 12, 1_700_000_000L)
                .text(156, String.valueOf(type)).text(257, "ustar").text(263, "00");
    }

    /** A header as GNU tar writes it. */
    public static TarBytes gnu(String name, char type, long size) {
        return ustar(name, type, size).text(257, "ustar  ");
    }

    public TarBytes text(int offset, String text) {
        return bytes(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public TarBytes bytes(int offset, byte... bytes) {
        System.arraycopy(bytes, 0, block, offset, bytes.length);
        return this;
    }

    public TarBytes octal(int offset, int length, long value) {
        return text(offset, String.format("%0" + (length - 1) + "o", value));
    }

    /** The block, with its checksum. */
    public byte[] header() {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        return text(148, String.format("%06o", sum)).bytes(154, (byte) 0, (byte) ' ').block.clone();
    }

    /** The block and {@code data}, filled up to whole blocks. */
    public byte[] with(byte[] data) {
        return join(header(), padded(data));
    }

    public byte[] with(String data) {
        return with(data.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** An extended header with {@code key=value} records. */
    public static byte[] pax(String... records) {
        StringBuilder all = new StringBuilder();
        for (String record : records) {
            int length = record.length() + 3;
            while (String.valueOf(length).length() + record.length() + 2 != length) {
                length++;
            }
            all.append(length).append(' ').append(record).append('\n');
        }
        return ustar("PaxHeaders/x", 'x', all.length()).with(all.toString());
    }

    /** A plain file. */
    public static byte[] file(String name, byte[] data) {
        return ustar(name, '0', data.length).with(data);
    }

    /** Two blocks of zeros. */
    public static byte[] end() {
        return new byte[1024];
    }

    public static byte[] padded(byte[] data) {
        return Arrays.copyOf(data, (data.length + 511) / 512 * 512);
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
