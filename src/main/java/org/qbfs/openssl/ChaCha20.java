// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * ChaCha20 by the JDK. openssl's IV of 16 bytes is the last row of the state: a counter of 64 bits and a nonce
 * of 64 bits, little-endian (OpenSSL manual, EVP_chacha20(3): 32 bits of counter and 96 of nonce; the counter
 * carries into the nonce's first word, as in the original of D. J. Bernstein).
 */
final class ChaCha20 implements PieceCipher {
    static final int KEY = 32;
    static final int IV = 16;
    static final int UNIT = 64;

    private final SecretKeySpec key;
    private final long counter;
    private final long nonce;

    ChaCha20(byte[] key, byte[] iv) {
        this.key = new SecretKeySpec(key, "ChaCha20");
        ByteBuffer words = ByteBuffer.wrap(iv).order(ByteOrder.LITTLE_ENDIAN);
        counter = words.getLong();
        nonce = words.getLong();
    }

    @Override
    public void decrypt(long position, byte[] cipher, int at, int length, byte[] plain, int plainAt) {
        int done = 0;
        while (done < length) {
            long block = counter + (position + done) / UNIT;
            // The JDK counts 32 bits, so that a run ends where they would overflow.
            long blocks = (1L << 32) - (block & 0xffff_ffffL);
            int part = (int) Math.min(length - done, blocks * UNIT);
            run(block, cipher, at + done, part, plain, plainAt + done);
            done += part;
        }
    }

    private void run(long block, byte[] in, int inAt, int length, byte[] out, int outAt) {
        byte[] nonceOfJdk = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) (block >>> 32)).putLong(nonce).array();
        try {
            // A new object each time: the JDK refuses to start one twice under the same key and nonce.
            Cipher cipher = Cipher.getInstance("ChaCha20");
            cipher.init(Cipher.DECRYPT_MODE, key, new ChaCha20ParameterSpec(nonceOfJdk, (int) block));
            cipher.doFinal(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20 of the JDK", e);
        }
    }
}
