// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;

/**
 * What {@code openssl enc -<cipher> -md MD5 -pass …} wrote, which backups of version 2 and 3 are encrypted
 * with:
 *
 * <pre>
 * offset  length
 *      0       8  Salted__
 *      8       8  salt
 *     16          ciphertext
 * </pre>
 *
 * <p>Key and IV come from passphrase and salt by {@code EVP_BytesToKey} with MD5 and one iteration. Modes that
 * work on whole blocks (ECB, CBC) end in PKCS #7 padding; the others are as long as the text.
 *
 * <p>openssl enc authenticates nothing: what is read through here must have been authenticated before.
 */
public final class EncStream {
    /** What comes before the ciphertext: a byte of it is so much further on than its byte of the plaintext. */
    public static final int HEADER_BYTES = Payload.HEADER;

    private static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);
    private static final String DIGEST = "MD5";

    private EncStream() {}

    /**
     * The plaintext of {@code ciphertext}, which it does not own; safe for many threads. Reads the header, and
     * nothing else.
     *
     * <p>CBC, ECB, CFB, CTR and ChaCha20 can be read anywhere at the cost of what is read. OFB and RC4 need their
     * keystream in sequence: the first read of a place costs the keystream up to there, which is not kept, but
     * places to start from again are (some hundred KiB at most).
     *
     * <p>{@code size()} of CBC and ECB decrypts the last block, and a read that may reach into that block does so
     * too; others never touch the end.
     *
     * <p>Errors of {@code read} and {@code size}: {@link TruncatedData} if the ciphertext is no whole number of
     * blocks, {@link CorruptData} if the padding at its end is wrong. Both only where the end matters.
     *
     * @param name the name of the plaintext, for messages
     * @param cipherName as openssl knows it, in any case: {@code aes-256-cbc}, {@code des3}
     * @param passphrase the bytes given to openssl
     * @throws UnsupportedFormat if the cipher is unknown
     * @throws CorruptData if the header is not {@code Salted__}
     * @throws TruncatedData if it ends before the salt does
     */
    public static ByteSource decrypt(String name, ByteSource ciphertext, String cipherName, byte[] passphrase)
            throws IOException {
        return decrypt(name, ciphertext, EncCipher.named(cipherName), DIGEST, passphrase);
    }

    /** Whether {@code cipherName} is one that {@link #decrypt} knows. */
    public static boolean knows(String cipherName) {
        try {
            EncCipher.named(cipherName);
            return true;
        } catch (UnsupportedFormat e) {
            return false;
        }
    }

    static ByteSource decrypt(String name, ByteSource ciphertext, EncCipher cipher, String digest, byte[] passphrase)
            throws IOException {
        byte[] salt = salt(ciphertext);
        BytesToKey secret = BytesToKey.derive(digest, passphrase, salt, cipher.keyLength(), cipher.ivLength());
        return cipher.open(name, ciphertext, secret);
    }

    private static byte[] salt(ByteSource ciphertext) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Payload.HEADER);
        int length = ciphertext.read(0, header);
        Place place = Place.of(ciphertext.name(), 0, Payload.HEADER);
        int compared = Math.min(length, MAGIC.length);
        if (!Arrays.equals(header.array(), 0, compared, MAGIC, 0, compared)) {
            throw new CorruptData("not a stream of openssl enc: it does not begin with Salted__", place);
        }
        if (length < Payload.HEADER) {
            throw new TruncatedData("the encrypted stream ends inside its header", place);
        }
        return Arrays.copyOfRange(header.array(), MAGIC.length, Payload.HEADER);
    }
}
