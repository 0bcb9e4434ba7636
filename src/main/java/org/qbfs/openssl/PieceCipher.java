// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

/**
 * Decrypts any piece of a stream, given its place and a little of the ciphertext before it. For one thread at
 * a time.
 */
interface PieceCipher {
    /**
     * Decrypts {@code length} bytes of {@code cipher} from {@code at} on. As much ciphertext as the mode looks
     * back lies before them; at the stream's beginning that is the IV.
     *
     * @param position where the piece begins in the stream, a multiple of the mode's unit
     * @param length a multiple of the mode's unit, except at the end of a stream without padding
     */
    void decrypt(long position, byte[] cipher, int at, int length, byte[] plain, int plainAt);
}
