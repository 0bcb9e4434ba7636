// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;

class CompressedInputTest {
    private static final int SIZE = 300_000;

    /** Fails for every read that touches a range; names the range by its own name, or not. */
    private static final class Damaged implements ByteSource {
        private final int start;
        private final boolean tells;
        boolean healed;
        int failures;

        Damaged(int start, boolean tells) {
            this.start = start;
            this.tells = tells;
        }

        @Override
        public long size() {
            return SIZE;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            int length = (int) Math.min(dst.remaining(), SIZE - position);
            if (!healed && position + length > start && position < start + 10_000) {
                failures++;
                throw new CorruptData("damaged", Place.of(tells ? name() : "chunk", start, start + 10_000));
            }
            for (int i = 0; i < length; i++) {
                dst.put((byte) (position + i));
            }
            return length;
        }

        @Override
        public String name() {
            return "stream";
        }
    }

    @Test
    void bytesBeforeADamagedRangeComeInFewAttempts() throws Exception {
        for (int start : new int[] {0, 1, 5, 16_384, 100_000, 131_072, 200_001}) {
            for (boolean tells : new boolean[] {false, true}) {
                Damaged source = new Damaged(start, tells);
                CompressedInput input = new CompressedInput(source, 0);
                for (int i = 0; i < start; i++) {
                    assertEquals(i & 0xff, input.next());
                }
                assertThrows(CorruptData.class, input::next);
                assertEquals(start, input.offset());
                assertTrue(source.failures <= (tells ? 3 : 19), source.failures + " failing reads");
                source.healed = true;
                for (int i = start; i < SIZE; i++) {
                    assertEquals(i & 0xff, input.next());
                }
                assertEquals(-1, input.next());
            }
        }
    }
}
