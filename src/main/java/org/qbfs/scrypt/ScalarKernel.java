// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One lane, in the integer registers. Needs no module beyond {@code java.base}, and is compiled at once; on
 * processors whose vector operations take two cycles it is faster for one lane than a vector of four words.
 */
final class ScalarKernel implements LaneKernel {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 16;

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public void mix(int[] in, int[] out, int r) {
        int last = (2 * r - 1) * BLOCK;
        int x0 = in[last + 0];
        int x1 = in[last + 13];
        int x2 = in[last + 10];
        int x3 = in[last + 7];
        int x4 = in[last + 4];
        int x5 = in[last + 1];
        int x6 = in[last + 14];
        int x7 = in[last + 11];
        int x8 = in[last + 8];
        int x9 = in[last + 5];
        int x10 = in[last + 2];
        int x11 = in[last + 15];
        int x12 = in[last + 12];
        int x13 = in[last + 9];
        int x14 = in[last + 6];
        int x15 = in[last + 3];
        for (int block = 0; block < 2 * r; block++) {
            int from = block * BLOCK;
            int to = ((block & 1) * r + (block >> 1)) * BLOCK;
            x0 ^= in[from + 0];
            out[to + 0] = x0;
            x1 ^= in[from + 13];
            out[to + 13] = x1;
            x2 ^= in[from + 10];
            out[to + 10] = x2;
            x3 ^= in[from + 7];
            out[to + 7] = x3;
            x4 ^= in[from + 4];
            out[to + 4] = x4;
            x5 ^= in[from + 1];
            out[to + 1] = x5;
            x6 ^= in[from + 14];
            out[to + 14] = x6;
            x7 ^= in[from + 11];
            out[to + 11] = x7;
            x8 ^= in[from + 8];
            out[to + 8] = x8;
            x9 ^= in[from + 5];
            out[to + 5] = x9;
            x10 ^= in[from + 2];
            out[to + 2] = x10;
            x11 ^= in[from + 15];
            out[to + 15] = x11;
            x12 ^= in[from + 12];
            out[to + 12] = x12;
            x13 ^= in[from + 9];
            out[to + 9] = x13;
            x14 ^= in[from + 6];
            out[to + 6] = x14;
            x15 ^= in[from + 3];
            out[to + 3] = x15;
            for (int round = 0; round < 8; round += 2) {
                x4 ^= Integer.rotateLeft(x0 + x12, 7);
                x8 ^= Integer.rotateLeft(x4 + x0, 9);
                x12 ^= Integer.rotateLeft(x8 + x4, 13);
                x0 ^= Integer.rotateLeft(x12 + x8, 18);
                x9 ^= Integer.rotateLeft(x5 + x1, 7);
                x13 ^= Integer.rotateLeft(x9 + x5, 9);
                x1 ^= Integer.rotateLeft(x13 + x9, 13);
                x5 ^= Integer.rotateLeft(x1 + x13, 18);
                x14 ^= Integer.rotateLeft(x10 + x6, 7);
                x2 ^= Integer.rotateLeft(x14 + x10, 9);
                x6 ^= Integer.rotateLeft(x2 + x14, 13);
                x10 ^= Integer.rotateLeft(x6 + x2, 18);
                x3 ^= Integer.rotateLeft(x15 + x11, 7);
                x7 ^= Integer.rotateLeft(x3 + x15, 9);
                x11 ^= Integer.rotateLeft(x7 + x3, 13);
                x15 ^= Integer.rotateLeft(x11 + x7, 18);
                x1 ^= Integer.rotateLeft(x0 + x3, 7);
                x2 ^= Integer.rotateLeft(x1 + x0, 9);
                x3 ^= Integer.rotateLeft(x2 + x1, 13);
                x0 ^= Integer.rotateLeft(x3 + x2, 18);
                x6 ^= Integer.rotateLeft(x5 + x4, 7);
                x7 ^= Integer.rotateLeft(x6 + x5, 9);
                x4 ^= Integer.rotateLeft(x7 + x6, 13);
                x5 ^= Integer.rotateLeft(x4 + x7, 18);
                x11 ^= Integer.rotateLeft(x10 + x9, 7);
                x8 ^= Integer.rotateLeft(x11 + x10, 9);
                x9 ^= Integer.rotateLeft(x8 + x11, 13);
                x10 ^= Integer.rotateLeft(x9 + x8, 18);
                x12 ^= Integer.rotateLeft(x15 + x14, 7);
                x13 ^= Integer.rotateLeft(x12 + x15, 9);
                x14 ^= Integer.rotateLeft(x13 + x12, 13);
                x15 ^= Integer.rotateLeft(x14 + x13, 18);
            }
            x0 += out[to + 0];
            out[to + 0] = x0;
            x1 += out[to + 13];
            out[to + 13] = x1;
            x2 += out[to + 10];
            out[to + 10] = x2;
            x3 += out[to + 7];
            out[to + 7] = x3;
            x4 += out[to + 4];
            out[to + 4] = x4;
            x5 += out[to + 1];
            out[to + 1] = x5;
            x6 += out[to + 14];
            out[to + 14] = x6;
            x7 += out[to + 11];
            out[to + 11] = x7;
            x8 += out[to + 8];
            out[to + 8] = x8;
            x9 += out[to + 5];
            out[to + 5] = x9;
            x10 += out[to + 2];
            out[to + 2] = x10;
            x11 += out[to + 15];
            out[to + 15] = x11;
            x12 += out[to + 12];
            out[to + 12] = x12;
            x13 += out[to + 9];
            out[to + 9] = x13;
            x14 += out[to + 6];
            out[to + 6] = x14;
            x15 += out[to + 3];
            out[to + 3] = x15;
        }
    }

    @Override
    public void store(int[] state, int lane, MemorySegment tables, long offset) {
        MemorySegment.copy(state, 0, tables, WORD, offset, state.length);
    }

    @Override
    public void load(int[] state, int lane, MemorySegment tables, long offset) {
        MemorySegment.copy(tables, WORD, offset, state, 0, state.length);
    }

    @Override
    public void xor(int[] state, int lane, MemorySegment tables, long offset) {
        for (int word = 0; word < state.length; word++) {
            state[word] ^= tables.get(WORD, offset + 4L * word);
        }
    }
}
