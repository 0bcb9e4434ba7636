// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

class ReadableBytesTest {
    private static final int SIZE = 1_000_000;

    /** Zeros of which {@code [from, to)} cannot be read. */
    private record Damaged(long from, long to) implements ByteSource {
        @Override
        public long size() {
            return SIZE;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            int length = Clamp.length(position, dst.remaining(), SIZE);
            if (position < to && position + length > from) {
                throw new CorruptData("damaged", Place.NONE);
            }
            dst.position(dst.position() + length);
            return length;
        }

        @Override
        public String name() {
            return "damaged";
        }
    }

    @Test
    void findsBothEndsToTheByte() throws IOException {
        Random random = new Random(42);
        for (int i = 0; i < 200; i++) {
            long from = random.nextInt(SIZE);
            long to = Math.min(SIZE, from + 1 + random.nextInt(i % 2 == 0 ? 10 : 300_000));
            Damaged source = new Damaged(from, to);
            assertEquals(from, ReadableBytes.firstLost(source, 0, SIZE), source::toString);
            assertEquals(to, ReadableBytes.firstReadable(source, from, SIZE), source::toString);
        }
    }

    @Test
    void copesWithDamageAtTheEnds() throws IOException {
        assertEquals(0, ReadableBytes.firstLost(new Damaged(0, 1), 0, SIZE));
        assertEquals(1, ReadableBytes.firstReadable(new Damaged(0, 1), 0, SIZE));
        assertEquals(SIZE, ReadableBytes.firstReadable(new Damaged(5, SIZE), 5, SIZE));
        assertEquals(SIZE - 1, ReadableBytes.firstReadable(new Damaged(5, SIZE - 1), 5, SIZE));
        assertEquals(SIZE, ReadableBytes.firstLost(new Damaged(-1, -1), 0, SIZE));
        long step = ReadableBytes.STEP;
        assertEquals(step, ReadableBytes.firstReadable(new Damaged(5, step), 5, SIZE));
        assertEquals(step + 1, ReadableBytes.firstReadable(new Damaged(step, step + 1), step, SIZE));
    }

    @Test
    void otherErrorsAreNotTakenForDamage() {
        ByteSource closed = new ByteSource() {
            @Override
            public long size() {
                return SIZE;
            }

            @Override
            public int read(long position, ByteBuffer dst) throws IOException {
                throw new ClosedChannelException();
            }

            @Override
            public String name() {
                return "closed";
            }
        };
        assertThrows(ClosedChannelException.class, () -> ReadableBytes.firstLost(closed, 0, SIZE));
        assertThrows(ClosedChannelException.class, () -> ReadableBytes.firstReadable(closed, 0, SIZE));
    }
}
