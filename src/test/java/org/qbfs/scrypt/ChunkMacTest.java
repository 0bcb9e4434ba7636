// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class ChunkMacTest {
    @Test
    void anySplitGivesTheMacOfBouncyCastle() {
        byte[] key = new byte[64];
        byte[] data = new byte[40_000];
        new Random(5).nextBytes(key);
        new Random(6).nextBytes(data);
        HMac reference = new HMac(new SHA256Digest());
        reference.init(new KeyParameter(key, 32, 32));
        reference.update(data, 0, data.length);
        byte[] expected = new byte[32];
        reference.doFinal(expected, 0);
        for (int split : new int[] {0, 1, 8191, 8192, 8193, 39_999, 40_000}) {
            ChunkMac mac = ChunkMac.of(key);
            mac.update(data, 0, split);
            mac.update(data, split, data.length - split);
            assertTrue(mac.matches(expected), "split at " + split);
        }
        ChunkMac altered = ChunkMac.of(key);
        data[17] ^= 1;
        altered.update(data, 0, data.length);
        assertFalse(altered.matches(expected));
        assertFalse(ChunkMac.of(key).matches(new byte[0]));
        assertThrows(IndexOutOfBoundsException.class, () -> ChunkMac.of(new byte[63]));
        assertThrows(IndexOutOfBoundsException.class, () -> ChunkMac.of(key).update(data, 39_999, 2));
    }
}
