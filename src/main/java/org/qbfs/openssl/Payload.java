// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/**
 * The ciphertext of an {@code openssl enc} stream: what follows {@code Salted__} and the salt. Positions are
 * those of the plaintext, which has the same ones; the IV is seen as what lies before position 0.
 *
 * @param stream the stream with its header
 * @param iv the IV
 */
record Payload(ByteSource stream, byte[] iv) {
    /** {@code Salted__} and eight bytes of salt. */
    static final int HEADER = 16;

    /** How many bytes follow the header. */
    long size() throws IOException {
        return stream.size() - HEADER;
    }

    /**
     * Reads {@code length} bytes at {@code position} into {@code bytes}; a negative position is one in the IV.
     *
     * @throws TruncatedData if the stream ends before, in spite of its size
     */
    void read(long position, byte[] bytes, int at, int length) throws IOException {
        int ofIv = (int) Math.min(length, Math.max(0, -position));
        if (ofIv > 0) {
            System.arraycopy(iv, (int) (iv.length + position), bytes, at, ofIv);
        }
        long from = HEADER + position + ofIv;
        int rest = length - ofIv;
        int got = stream.read(from, ByteBuffer.wrap(bytes, at + ofIv, rest));
        if (got < rest) {
            throw new TruncatedData("the encrypted stream ends before its end",
                    Place.of(stream.name(), from + got, from + rest));
        }
    }
}
