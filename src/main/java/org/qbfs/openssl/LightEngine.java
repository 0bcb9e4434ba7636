// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.util.function.Supplier;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;

/** A block cipher of Bouncy Castle. */
final class LightEngine implements BlockEngine {
    private final Supplier<BlockCipher> maker;
    private final CipherParameters key;
    private final int blockSize;
    // Each is made when it is first needed: a stream needs one of them, and some key schedules are slow.
    private BlockCipher encryptor;
    private BlockCipher decryptor;

    LightEngine(Supplier<BlockCipher> maker, CipherParameters key, int blockSize) {
        this.maker = maker;
        this.key = key;
        this.blockSize = blockSize;
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public void encrypt(byte[] in, int inAt, int length, byte[] out, int outAt) {
        if (encryptor == null) {
            encryptor = ready(true);
        }
        process(encryptor, in, inAt, length, out, outAt);
    }

    @Override
    public void decrypt(byte[] in, int inAt, int length, byte[] out, int outAt) {
        if (decryptor == null) {
            decryptor = ready(false);
        }
        process(decryptor, in, inAt, length, out, outAt);
    }

    private BlockCipher ready(boolean encrypt) {
        BlockCipher cipher = maker.get();
        cipher.init(encrypt, key);
        return cipher;
    }

    private void process(BlockCipher cipher, byte[] in, int inAt, int length, byte[] out, int outAt) {
        for (int done = 0; done < length; done += blockSize) {
            cipher.processBlock(in, inAt + done, out, outAt + done);
        }
    }
}
