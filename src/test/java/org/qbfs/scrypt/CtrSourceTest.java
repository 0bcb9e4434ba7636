// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class CtrSourceTest {
    private static final byte[] KEY = new byte[64];

    static {
        new Random(1).nextBytes(KEY);
    }

    /** Encrypts block by block with the counter written out. */
    private static byte[] crypt(byte[] bytes, long firstBlock) throws Exception {
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, 0, 32, "AES"));
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i += 16) {
            byte[] pad = aes.doFinal(ByteBuffer.allocate(16).putLong(8, firstBlock + i / 16).array());
            for (int k = i; k < Math.min(i + 16, bytes.length); k++) {
                result[k] = (byte) (bytes[k] ^ pad[k - i]);
            }
        }
        return result;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void keepsTheContractAcrossPieces() throws Exception {
        for (int length : new int[] {0, 1, 15, 16, 17, 16 << 10, 70_001}) {
            byte[] plain = random(length);
            ByteSource source = new CtrSource("plain", new MemorySource("cipher", crypt(plain, 0)), KEY);
            ByteSourceContract.check(source, plain, 16, 16 << 10, 32 << 10, 48 << 10);
        }
    }

    @Test
    void counterHas64Bits() throws Exception {
        long block = (1L << 36) + 3;
        byte[] plain = random(100);
        byte[] cipher = crypt(plain, block);
        ByteSource huge = new ByteSource() {
            @Override
            public long size() {
                return block * 16 + cipher.length;
            }

            @Override
            public int read(long position, ByteBuffer dst) {
                return new MemorySource("end", cipher).read(position - block * 16, dst);
            }

            @Override
            public String name() {
                return "huge";
            }
        };
        byte[] read = new CtrSource("plain", huge, KEY).readBytes(block * 16, plain.length);
        assertArrayEquals(plain, read);
    }

    @Test
    void sourceThatEndsEarlyEndsTheRead() throws Exception {
        byte[] plain = random(20_000);
        MemorySource shorter = new MemorySource("cipher", crypt(plain, 0));
        ByteSource claims = new ByteSource() {
            @Override
            public long size() {
                return 50_000;
            }

            @Override
            public int read(long position, ByteBuffer dst) {
                return shorter.read(position, dst);
            }

            @Override
            public String name() {
                return "claims";
            }
        };
        ByteBuffer dst = ByteBuffer.allocateDirect(50_000);
        assertEquals(20_000, new CtrSource("plain", claims, KEY).read(0, dst));
        byte[] got = new byte[20_000];
        dst.get(0, got);
        assertArrayEquals(plain, got);
    }
}
