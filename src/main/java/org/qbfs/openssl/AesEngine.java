// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES by the JDK, which turns it into the processor's AES instructions. CBC and OFB are the JDK's too: its CBC
 * decrypts several blocks at once, and its OFB has no call per block.
 */
final class AesEngine implements BlockEngine {
    private static final int BLOCK = 16;

    private final SecretKeySpec key;
    // Each is made when it is first needed: a stream needs one of them.
    private Cipher encryptor;
    private Cipher decryptor;
    private Cipher cbcDecryptor;
    private Cipher feedback;

    AesEngine(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    @Override
    public int blockSize() {
        return BLOCK;
    }

    @Override
    public void encrypt(byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            if (encryptor == null) {
                encryptor = Cipher.getInstance("AES/ECB/NoPadding");
                encryptor.init(Cipher.ENCRYPT_MODE, key);
            }
            encryptor.update(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    @Override
    public void decrypt(byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            if (decryptor == null) {
                decryptor = Cipher.getInstance("AES/ECB/NoPadding");
                decryptor.init(Cipher.DECRYPT_MODE, key);
            }
            decryptor.update(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    @Override
    public void decryptCbc(byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            if (cbcDecryptor == null) {
                cbcDecryptor = Cipher.getInstance("AES/CBC/NoPadding");
            }
            cbcDecryptor.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(in, inAt - BLOCK, BLOCK));
            cbcDecryptor.update(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    @Override
    public void outputFeedback(byte[] register, byte[] out, int outAt, int length) {
        try {
            if (feedback == null) {
                feedback = Cipher.getInstance("AES/OFB/NoPadding");
            }
            feedback.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(register));
            Arrays.fill(out, outAt, outAt + length, (byte) 0);
            feedback.update(out, outAt, length, out, outAt);
            System.arraycopy(out, outAt + length - BLOCK, register, 0, BLOCK);
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    private static IllegalStateException impossible(GeneralSecurityException e) {
        return new IllegalStateException("AES of the JDK on whole blocks", e);
    }
}
