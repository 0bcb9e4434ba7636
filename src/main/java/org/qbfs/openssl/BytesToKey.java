// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * openssl's {@code EVP_BytesToKey} with one iteration: D(i) = digest(D(i-1) + passphrase + salt), joined until
 * there are enough bytes for key and IV (OpenSSL manual, EVP_BytesToKey(3)).
 *
 * @param key the cipher's key
 * @param iv its initialisation vector
 */
record BytesToKey(byte[] key, byte[] iv) {
    static BytesToKey derive(String digestName, byte[] passphrase, byte[] salt, int keyLength, int ivLength) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(digestName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + digestName, e);
        }
        byte[] all = new byte[0];
        byte[] last = new byte[0];
        while (all.length < keyLength + ivLength) {
            digest.update(last);
            digest.update(passphrase);
            last = digest.digest(salt);
            byte[] longer = Arrays.copyOf(all, all.length + last.length);
            System.arraycopy(last, 0, longer, all.length, last.length);
            all = longer;
        }
        return new BytesToKey(
                Arrays.copyOf(all, keyLength), Arrays.copyOfRange(all, keyLength, keyLength + ivLength));
    }
}
