// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A block cipher under one key: whole blocks, without a mode. For one thread at a time. Input and output are
 * different arrays.
 */
interface BlockEngine {
    /** Eight bytes of an array at once: byte by byte, XOR would be ten times as slow as AES. */
    VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** The length of a block, in bytes. */
    int blockSize();

    /** Encrypts {@code length} bytes, a multiple of the block, each block on its own. */
    void encrypt(byte[] in, int inAt, int length, byte[] out, int outAt);

    /** Decrypts {@code length} bytes, a multiple of the block, each block on its own. */
    void decrypt(byte[] in, int inAt, int length, byte[] out, int outAt);

    /** Decrypts {@code length} bytes in CBC mode; the block before them in {@code in} is the IV. */
    default void decryptCbc(byte[] in, int inAt, int length, byte[] out, int outAt) {
        decrypt(in, inAt, length, out, outAt);
        xor(in, inAt - blockSize(), length, out, outAt);
    }

    /**
     * Makes {@code length} bytes of OFB keystream, a multiple of the block, that follow the keystream block in
     * {@code register}; the last block made is left there.
     */
    default void outputFeedback(byte[] register, byte[] out, int outAt, int length) {
        byte[] next = new byte[register.length];
        for (int done = 0; done < length; done += register.length) {
            encrypt(register, 0, register.length, next, 0);
            System.arraycopy(next, 0, register, 0, register.length);
            System.arraycopy(next, 0, out, outAt + done, register.length);
        }
    }

    /** {@code out ^= in}. */
    static void xor(byte[] in, int inAt, int length, byte[] out, int outAt) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            LONG.set(out, outAt + i, (long) LONG.get(out, outAt + i) ^ (long) LONG.get(in, inAt + i));
        }
        for (; i < length; i++) {
            out[outAt + i] ^= in[inAt + i];
        }
    }
}
