// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** PBKDF2 with HMAC-SHA-256 and one iteration (RFC 8018, section 5.2), all that scrypt uses of it. */
final class Pbkdf2 {
    private static final int HASH_LENGTH = 32;

    private Pbkdf2() {}

    static byte[] derive(byte[] passphrase, byte[] salt, int length) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // HMAC pads its key with zeros, so one zero byte stands for the empty key that the JDK refuses.
            byte[] key = passphrase.length == 0 ? new byte[1] : passphrase;
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] derived = new byte[length];
            for (int start = 0; start < length; start += HASH_LENGTH) {
                mac.update(salt);
                mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, start / HASH_LENGTH + 1));
                byte[] block = mac.doFinal();
                System.arraycopy(block, 0, derived, start, Math.min(HASH_LENGTH, length - start));
                Arrays.fill(block, (byte) 0);
            }
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }
}
