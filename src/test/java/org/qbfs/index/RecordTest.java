// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RecordTest {
    private static final long[] NUMBERS = {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE};
    private static final String[] TEXTS = {"", "vm1/private.img.000.enc", "vm1/private.img.001.enc", "vm1", "ü\uD83D\uDE00", "ü\uD83D\uDE01", "\0"};

    private static byte[] record() {
        RecordWriter writer = new RecordWriter().octet(200);
        for (long number : NUMBERS) {
            writer.number(number);
        }
        for (String text : TEXTS) {
            writer.text(text);
        }
        return writer.bytes(new byte[] {1, 2, 3}).record();
    }

    @Test
    void whatIsWrittenIsRead() {
        RecordReader reader = new RecordReader(ByteBuffer.wrap(record()));
        assertEquals(200, reader.octet());
        for (long number : NUMBERS) {
            assertEquals(number, reader.number());
        }
        for (String text : TEXTS) {
            assertEquals(text, reader.text());
        }
        assertArrayEquals(new byte[] {1, 2, 3}, reader.bytes(3));
        assertThrows(BufferUnderflowException.class, reader::octet);
    }

    @Test
    void textsThatBeginAlikeTakeLittle() {
        RecordWriter writer = new RecordWriter().text("a/long/directory/name/one");
        int before = writer.size();
        writer.text("a/long/directory/name/two");
        assertEquals(5, writer.size() - before);
    }

    @Test
    void lengthsThatDoNotFitAreRefusedBeforeAnythingIsMade() {
        for (long length : new long[] {-1, 4, Integer.MAX_VALUE, Long.MAX_VALUE}) {
            byte[] record = Arrays.copyOf(new RecordWriter().number(length).record(), 13);
            assertThrows(BufferUnderflowException.class, () -> new RecordReader(ByteBuffer.wrap(record)).count(9999));
            assertThrows(BufferUnderflowException.class, () -> new RecordReader(ByteBuffer.wrap(record)).text());
        }
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0xff);
        assertThrows(BufferUnderflowException.class, () -> new RecordReader(ByteBuffer.wrap(endless)).number());
    }
}
