// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.math.BigInteger;

/** The modes of block ciphers in which any place can be decrypted (NIST SP 800-38A). */
final class Modes {
    /** How many blocks of keystream are made at once. */
    private static final int BATCH = 256;

    private Modes() {}

    /** Electronic codebook: each block on its own. */
    static PieceCipher ecb(BlockEngine engine) {
        return (position, cipher, at, length, plain, plainAt) -> engine.decrypt(cipher, at, length, plain, plainAt);
    }

    /** Cipher block chaining: looks back one block. */
    static PieceCipher cbc(BlockEngine engine) {
        return (position, cipher, at, length, plain, plainAt) -> engine.decryptCbc(cipher, at, length, plain, plainAt);
    }

    /** Cipher feedback of whole blocks: looks back one block, which encrypted is the keystream. */
    static PieceCipher cfb(BlockEngine engine) {
        int block = engine.blockSize();
        byte[] rest = new byte[block];
        return (position, cipher, at, length, plain, plainAt) -> {
            int whole = length - length % block;
            engine.encrypt(cipher, at - block, whole, plain, plainAt);
            BlockEngine.xor(cipher, at, whole, plain, plainAt);
            if (whole < length) {
                engine.encrypt(cipher, at - block + whole, block, rest, 0);
                BlockEngine.xor(cipher, at + whole, length - whole, rest, 0);
                System.arraycopy(rest, 0, plain, plainAt + whole, length - whole);
            }
        };
    }

    /** Cipher feedback of bytes: the keystream of each byte is made of the block of bytes before it. */
    static PieceCipher cfb8(BlockEngine engine) {
        int block = engine.blockSize();
        byte[] windows = new byte[BATCH * block];
        byte[] encrypted = new byte[BATCH * block];
        return (position, cipher, at, length, plain, plainAt) -> {
            for (int done = 0; done < length; done += BATCH) {
                int count = Math.min(BATCH, length - done);
                for (int i = 0; i < count; i++) {
                    System.arraycopy(cipher, at + done + i - block, windows, i * block, block);
                }
                engine.encrypt(windows, 0, count * block, encrypted, 0);
                for (int i = 0; i < count; i++) {
                    plain[plainAt + done + i] = (byte) (cipher[at + done + i] ^ encrypted[i * block]);
                }
            }
        };
    }

    /** Cipher feedback of bits: the keystream of each bit is made of the block of bits before it. */
    static PieceCipher cfb1(BlockEngine engine) {
        int block = engine.blockSize();
        byte[] windows = new byte[8 * block];
        byte[] encrypted = new byte[8 * block];
        return (position, cipher, at, length, plain, plainAt) -> {
            for (int i = 0; i < length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    shifted(cipher, at + i - block, bit, windows, bit * block, block);
                }
                engine.encrypt(windows, 0, windows.length, encrypted, 0);
                int keystream = 0;
                for (int bit = 0; bit < 8; bit++) {
                    keystream |= (encrypted[bit * block] & 0x80) >> bit;
                }
                plain[plainAt + i] = (byte) (cipher[at + i] ^ keystream);
            }
        };
    }

    /** Counter: the keystream is the encrypted number of the block, counted from the IV on. */
    static PieceCipher ctr(BlockEngine engine, byte[] iv) {
        int block = engine.blockSize();
        byte[] counters = new byte[BATCH * block];
        byte[] keystream = new byte[BATCH * block];
        return (position, cipher, at, length, plain, plainAt) -> {
            byte[] counter = counterAt(iv, position / block);
            for (int done = 0; done < length; done += counters.length) {
                int count = Math.min(counters.length, length - done);
                int blocks = (count + block - 1) / block;
                for (int i = 0; i < blocks; i++) {
                    System.arraycopy(counter, 0, counters, i * block, block);
                    increment(counter);
                }
                engine.encrypt(counters, 0, blocks * block, keystream, 0);
                System.arraycopy(keystream, 0, plain, plainAt + done, count);
                BlockEngine.xor(cipher, at + done, count, plain, plainAt + done);
            }
        };
    }

    /** {@code length} bytes of {@code in} from {@code bit} bits after {@code inAt} on. */
    private static void shifted(byte[] in, int inAt, int bit, byte[] out, int outAt, int length) {
        for (int i = 0; i < length; i++) {
            int next = bit == 0 ? 0 : (in[inAt + i + 1] & 0xff) >> (8 - bit);
            out[outAt + i] = (byte) ((in[inAt + i] << bit) | next);
        }
    }

    /** {@code iv + blocks} as a big-endian number of the IV's length, which wraps around. */
    private static byte[] counterAt(byte[] iv, long blocks) {
        byte[] sum = new BigInteger(1, iv).add(BigInteger.valueOf(blocks)).toByteArray();
        byte[] counter = new byte[iv.length];
        int length = Math.min(sum.length, counter.length);
        System.arraycopy(sum, sum.length - length, counter, counter.length - length, length);
        return counter;
    }

    private static void increment(byte[] counter) {
        for (int i = counter.length - 1; i >= 0; i--) {
            counter[i]++;
            if (counter[i] != 0) {
                break;
            }
        }
    }
}
