// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Takes apart what a {@link RecordWriter} built; a record that ends too soon is a {@link BufferUnderflowException}. */
public final class RecordReader {
    private static final int MORE = 0x80;
    private static final int BITS = 7;

    private final ByteBuffer record;
    private String lastText = "";

    /** Reads {@code record} from its position on. */
    public RecordReader(ByteBuffer record) {
        this.record = record;
    }

    /** One byte, 0 to 255. */
    public int octet() {
        return record.get() & 0xff;
    }

    /** A number. */
    public long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += BITS) {
            int next = octet();
            value |= (long) (next & MORE - 1) << shift;
            if (next < MORE) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }

    /** A number of things of which each takes {@code least} bytes or more, so that there is no room for more. */
    public int count(int least) {
        return fitting(number(), record.remaining() / least);
    }

    /** {@code length} bytes. */
    public byte[] bytes(long length) {
        byte[] bytes = new byte[fitting(length, record.remaining())];
        record.get(bytes);
        return bytes;
    }

    /** A text. */
    public String text() {
        int same = fitting(number(), lastText.length());
        lastText = lastText.substring(0, same) + new String(bytes(number()), StandardCharsets.UTF_8);
        return lastText;
    }

    private static int fitting(long value, int most) {
        if (value < 0 || value > most) {
            throw new BufferUnderflowException();
        }
        return (int) value;
    }
}
