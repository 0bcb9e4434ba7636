// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * The plaintext of a file of the scrypt format: AES-256-CTR over its ciphertext, in any order. Offsets are
 * the same on both sides. Authenticates nothing; the whole file has to be checked with {@link ChunkMac}.
 *
 * <p>The counter block is a nonce of 8 zero bytes and the number of the 16-byte block, 64-bit big-endian
 * (Tarsnap/scrypt, FORMAT, and libcperciva {@code crypto/crypto_aesctr.c}).
 *
 * <p>Safe for many threads: each read borrows a cipher of its own. Does not own the ciphertext.
 */
public final class CtrSource implements ByteSource {
    /** Bytes read by one call. */
    private static final int PIECE = 16 << 10;
    /**
     * Bytes decrypted by one call: the JDK's AES becomes fast after some thousands of them. Of the first 100
     * MiB of a process, 1.7 GB/s with this and 0.15 GB/s with 16 KiB (scripts/bench/kdf-first-use).
     */
    private static final int UPDATE = 512;
    private static final int BLOCK = 16;
    private static final int AES_KEY_LENGTH = 32;

    private final String name;
    private final ByteSource ciphertext;
    private final SecretKeySpec key;
    /** Idle ciphers, as many as there ever were reads at once. */
    private final ConcurrentLinkedQueue<Piece> idle = new ConcurrentLinkedQueue<>();

    /**
     * A view of {@code ciphertext}, whose first byte is the first byte of data: behind the header, and
     * without the MAC at the end.
     *
     * @param derivedKey {@value ScryptHeader#KEY_LENGTH} bytes, of which the first 32 are used; copied
     */
    public CtrSource(String name, ByteSource ciphertext, byte[] derivedKey) {
        Objects.checkFromToIndex(ScryptHeader.KEY_LENGTH, derivedKey.length, ScryptHeader.KEY_LENGTH);
        this.name = name;
        this.ciphertext = ciphertext;
        this.key = new SecretKeySpec(derivedKey, 0, AES_KEY_LENGTH, "AES");
    }

    @Override
    public long size() throws IOException {
        return ciphertext.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        if (wanted == 0) {
            return 0;
        }
        Piece piece = idle.poll();
        if (piece == null) {
            piece = new Piece();
        }
        try {
            return piece.read(position, wanted, dst);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-256-CTR", e);
        } finally {
            idle.add(piece);
        }
    }

    @Override
    public String name() {
        return name;
    }

    /** A cipher and the bytes that it works on. */
    private final class Piece {
        private final byte[] bytes = new byte[PIECE];
        private Cipher cipher;

        int read(long position, int wanted, ByteBuffer dst) throws IOException, GeneralSecurityException {
            seek(position);
            int done = 0;
            while (done < wanted) {
                int length = Math.min(PIECE, wanted - done);
                int got = ciphertext.read(position + done, ByteBuffer.wrap(bytes, 0, length));
                for (int start = 0; start < got; start += UPDATE) {
                    cipher.update(bytes, start, Math.min(UPDATE, got - start), bytes, start);
                }
                dst.put(bytes, 0, got);
                done += got;
                if (got < length) {
                    break;
                }
            }
            return done;
        }

        private void seek(long position) throws GeneralSecurityException {
            if (cipher == null) {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
            }
            byte[] counter = ByteBuffer.allocate(BLOCK).putLong(Long.BYTES, position / BLOCK).array();
            cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(counter));
            int skipped = (int) (position % BLOCK);
            cipher.update(bytes, 0, skipped, bytes, 0);
        }
    }
}
