// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** scrypt as RFC 7914 describes it, one key at a time. */
final class PlainScrypt {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private PlainScrypt() {}

    static byte[] derive(byte[] passphrase, ScryptParameters parameters) {
        int rowBytes = parameters.rowBytes();
        byte[] blocks = Pbkdf2.derive(passphrase, parameters.salt(), rowBytes * parameters.p());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(parameters.tableBytes(), 64);
            for (int lane = 0; lane < parameters.p(); lane++) {
                ByteBuffer bytes = ByteBuffer.wrap(blocks, lane * rowBytes, rowBytes).slice().order(ByteOrder.LITTLE_ENDIAN);
                int[] x = new int[rowBytes / 4];
                bytes.asIntBuffer().get(x);
                mix(x, parameters.r(), 1L << parameters.logN(), table);
                bytes.asIntBuffer().put(x);
            }
        }
        return Pbkdf2.derive(passphrase, blocks, ScryptHeader.KEY_LENGTH);
    }

    private static void mix(int[] x, int r, long rows, MemorySegment table) {
        int[] y = new int[x.length];
        for (long row = 0; row < rows; row++) {
            MemorySegment.copy(x, 0, table, INT, row * x.length * 4, x.length);
            blockMix(x, y, r);
            int[] swap = x;
            x = y;
            y = swap;
        }
        for (long i = 0; i < rows; i++) {
            long row = (x[x.length - 16] & 0xffff_ffffL | (long) x[x.length - 15] << 32) & rows - 1;
            for (int k = 0; k < x.length; k++) {
                x[k] ^= table.get(INT, (row * x.length + k) * 4);
            }
            blockMix(x, y, r);
            int[] swap = x;
            x = y;
            y = swap;
        }
    }

    private static void blockMix(int[] in, int[] out, int r) {
        int[] x = new int[16];
        System.arraycopy(in, (2 * r - 1) * 16, x, 0, 16);
        for (int i = 0; i < 2 * r; i++) {
            for (int k = 0; k < 16; k++) {
                x[k] ^= in[i * 16 + k];
            }
            salsa8(x);
            System.arraycopy(x, 0, out, ((i & 1) * r + i / 2) * 16, 16);
        }
    }

    private static void salsa8(int[] b) {
        int[] x = b.clone();
        for (int i = 0; i < 4; i++) {
            for (int c = 0; c < 4; c++) {
                quarter(x, c * 5, (c * 5 + 4) & 15, (c * 5 + 8) & 15, (c * 5 + 12) & 15);
            }
            for (int c = 0; c < 4; c++) {
                int o = c * 4;
                quarter(x, o + c, o + (c + 1 & 3), o + (c + 2 & 3), o + (c + 3 & 3));
            }
        }
        for (int k = 0; k < 16; k++) {
            b[k] += x[k];
        }
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[b] ^= Integer.rotateLeft(x[a] + x[d], 7);
        x[c] ^= Integer.rotateLeft(x[b] + x[a], 9);
        x[d] ^= Integer.rotateLeft(x[c] + x[b], 13);
        x[a] ^= Integer.rotateLeft(x[d] + x[c], 18);
    }
}
