// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.util.Arrays;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * DESX as openssl has it: the 24-byte key is DES's key, what is XORed to a block before DES, and what is XORed
 * to it afterwards (OpenSSL manual, {@code DES_xcbc_encrypt} in DES_random_key(3)).
 */
final class DesxCipher implements BlockCipher {
    private static final int BLOCK = 8;

    private final DESEngine des = new DESEngine();
    private byte[] first;
    private byte[] last;

    @Override
    public void init(boolean encrypt, CipherParameters parameters) {
        byte[] key = ((KeyParameter) parameters).getKey();
        byte[] inner = Arrays.copyOfRange(key, BLOCK, 2 * BLOCK);
        byte[] outer = Arrays.copyOfRange(key, 2 * BLOCK, 3 * BLOCK);
        first = encrypt ? inner : outer;
        last = encrypt ? outer : inner;
        des.init(encrypt, new KeyParameter(key, 0, BLOCK));
    }

    @Override
    public String getAlgorithmName() {
        return "DESX";
    }

    @Override
    public int getBlockSize() {
        return BLOCK;
    }

    @Override
    public int processBlock(byte[] in, int inAt, byte[] out, int outAt) {
        byte[] block = Arrays.copyOfRange(in, inAt, inAt + BLOCK);
        BlockEngine.xor(first, 0, BLOCK, block, 0);
        des.processBlock(block, 0, out, outAt);
        BlockEngine.xor(last, 0, BLOCK, out, outAt);
        return BLOCK;
    }

    @Override
    public void reset() {
        des.reset();
    }
}
