// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;

class ScryptHeaderTest {
    private static final byte[] KEY = new byte[64];

    static {
        for (int i = 0; i < KEY.length; i++) {
            KEY[i] = (byte) (3 * i);
        }
    }

    /** A header as the FORMAT file describes it. */
    private static byte[] header(int version, int logN, int r, int p) throws Exception {
        ByteBuffer header = ByteBuffer.allocate(96);
        header.put("scrypt".getBytes("ASCII")).put((byte) version).put((byte) logN).putInt(r).putInt(p);
        for (int i = 0; i < 32; i++) {
            header.put((byte) (100 + i));
        }
        header.put(MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(header.array(), 48)), 0, 16);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, 32, 32, "HmacSHA256"));
        return header.put(mac.doFinal(Arrays.copyOf(header.array(), 64))).array();
    }

    @Test
    void headerGivesItsParametersAndOpensWithItsKey() throws Exception {
        byte[] bytes = header(0, 21, 8, 1);
        ScryptHeader header = ScryptHeader.parse(Arrays.copyOf(bytes, 200), "chunk");
        assertEquals(new ScryptParameters(21, 8, 1, Arrays.copyOfRange(bytes, 16, 48)), header.parameters());
        assertEquals(2L << 30, header.parameters().tableBytes());
        assertTrue(header.opensWith(KEY));
        byte[] other = KEY.clone();
        other[63] ^= 1;
        assertFalse(header.opensWith(other));
    }

    @Test
    void anyFlippedBitIsNoticed() throws Exception {
        for (int bit = 0; bit < 8 * 96; bit++) {
            byte[] flipped = header(0, 14, 8, 1);
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            if (bit < 64 * 8) {
                assertThrows(CorruptData.class, () -> ScryptHeader.parse(flipped, "chunk"), "bit " + bit);
            } else {
                assertFalse(ScryptHeader.parse(flipped, "chunk").opensWith(KEY), "bit " + bit);
            }
        }
    }

    @Test
    void shortHeaderIsTruncated() throws Exception {
        for (int length = 0; length < 96; length++) {
            byte[] cut = Arrays.copyOf(header(0, 14, 8, 1), length);
            assertThrows(TruncatedData.class, () -> ScryptHeader.parse(cut, "chunk"));
        }
    }

    @Test
    void otherVersionIsUnsupported() throws Exception {
        byte[] bytes = header(1, 14, 8, 1);
        assertThrows(UnsupportedFormat.class, () -> ScryptHeader.parse(bytes, "chunk"));
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 1", "64, 8, 1", "255, 8, 1", "14, 0, 1", "14, 8, 0", "14, 32768, 32768", "14, -1, -1", "14, -1, 1",
        "63, 1073741824, 1"})
    void impossibleParametersAreCorrupt(int logN, int r, int p) throws Exception {
        byte[] bytes = header(0, logN, r, p);
        assertThrows(CorruptData.class, () -> ScryptHeader.parse(bytes, "chunk"));
    }

    @ParameterizedTest
    @CsvSource({"63, 1, 1", "62, 8, 1", "32, 1, 1", "14, 8, 1048576", "1, 1048576, 1", "21, 8, 1000", "2, 65536, 1"})
    void excessiveParametersAreOverTheLimit(int logN, int r, int p) throws Exception {
        byte[] bytes = header(0, logN, r, p);
        ResourceLimit limit = assertThrows(ResourceLimit.class, () -> ScryptHeader.parse(bytes, "chunk"));
        assertTrue(limit.needed() > limit.allowed());
    }

    @Test
    void parametersAreAValue() {
        byte[] salt = {1, 2};
        ScryptParameters parameters = new ScryptParameters(14, 8, 1, salt);
        salt[0] = 9;
        parameters.salt()[1] = 9;
        assertEquals(new ScryptParameters(14, 8, 1, new byte[] {1, 2}), parameters);
        assertEquals(new ScryptParameters(14, 8, 1, new byte[] {1, 2}).hashCode(), parameters.hashCode());
        assertNotEquals(new ScryptParameters(14, 8, 2, new byte[] {1, 2}), parameters);
        assertThrows(IllegalArgumentException.class, () -> new ScryptParameters(0, 8, 1, salt));
        assertThrows(IllegalArgumentException.class, () -> new ScryptParameters(63, 8, 1, salt));
        assertThrows(IllegalArgumentException.class, () -> new ScryptParameters(62, 8, 1, salt));
        assertThrows(IllegalArgumentException.class, () -> new ScryptParameters(10, 1 << 15, 1 << 15, salt));
        assertEquals(1L << 62, new ScryptParameters(55, 1, 1, salt).tableBytes());
        assertThrows(IllegalArgumentException.class, () -> new ScryptParameters(56, 1, 1, salt));
    }
}
