// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.UnsupportedFormat;

class HmacTest {
    private static String mac(String algorithm, String key, String text) throws Exception {
        Hmac mac = MacAlgorithm.named(algorithm).newMac(key.getBytes(US_ASCII));
        byte[] bytes = text.getBytes(US_ASCII);
        mac.update(bytes, 0, bytes.length);
        return HexFormat.of().formatHex(mac.finish());
    }

    /** RFC 2202, 2286 and 4231, case 2 of each. */
    @ParameterizedTest
    @CsvSource({
        "MD5, 750c783e6ab0b503eaa86e310a5db738",
        "SHA1, effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        "RIPEMD160, dda6c0213a485a9e24f4742064a7f033b43c4069",
        "SHA224, a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
        "SHA256, 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "SHA384, af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        "SHA512, 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
                + "caeab1a34d4a6b4b636e070a38bce737"})
    void publishedMacsAreMade(String algorithm, String expected) throws Exception {
        assertEquals(expected, mac(algorithm, "Jefe", "what do ya want for nothing?"));
    }

    @Test
    void emptyKeyIsOne() throws Exception {
        assertEquals("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", mac("sha256", "", ""));
        for (MacAlgorithm algorithm : MacAlgorithm.all()) {
            assertEquals(algorithm.macLength(), algorithm.newMac(new byte[0]).finish().length, algorithm.name());
        }
    }

    @Test
    void updatesOfAnyLengthGiveTheSameMac() {
        byte[] bytes = new byte[200_000];
        for (MacAlgorithm algorithm : MacAlgorithm.all()) {
            Hmac whole = algorithm.newMac(bytes);
            whole.update(bytes, 0, bytes.length);
            Hmac pieces = algorithm.newMac(bytes);
            for (int at = 0, length = 0; at < bytes.length; at += length, length += 1234) {
                pieces.update(bytes, at, Math.min(length, bytes.length - at));
            }
            assertArrayEquals(whole.finish(), pieces.finish(), algorithm.name());
        }
        assertThrows(IndexOutOfBoundsException.class,
                () -> MacAlgorithm.all().getFirst().newMac(bytes).update(bytes, 1, bytes.length));
    }

    @ParameterizedTest
    @CsvSource({"SHA2-512, sha512", "sHa512, sha512", "SHA2-256, sha256", "rmd160, ripemd160", "RIPEMD, ripemd160",
        "SHA512/256, sha512-256", "SHA2-512/224, sha512-224", "BLAKE2B-512, blake2b512", "SHA3-256, sha3-256",
        "RSA-SHA1, sha1", "whirlpool, whirlpool"})
    void namesOfAllVersionsOfOpensslAreKnown(String name, String known) throws Exception {
        assertEquals(known, MacAlgorithm.named(name).name());
    }

    @Test
    void unknownNameIsNamedWithThoseThatAreKnown() {
        UnsupportedFormat error = assertThrows(UnsupportedFormat.class, () -> MacAlgorithm.named("sha\u001b9"));
        assertTrue(error.getMessage().contains("'sha?9'"), error.getMessage());
        assertTrue(error.getMessage().contains("sha512, sha1"), error.getMessage());
        assertThrows(UnsupportedFormat.class, () -> MacAlgorithm.named(""));
    }

    @Test
    void allNamesLeadToThemselvesAndTheDefaultComesFirst() throws Exception {
        Set<String> names = new HashSet<>();
        for (MacAlgorithm algorithm : MacAlgorithm.all()) {
            assertTrue(names.add(algorithm.name()));
            assertSame(algorithm, MacAlgorithm.named(algorithm.name()));
        }
        assertEquals("sha512", MacAlgorithm.all().getFirst().name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"(stdin)= 00ff10", "(stdin)= 00FF10\n", "HMAC-SHA512(name)= 00ff10\n", "SHA2-512(stdin)= 00ff10\r\n",
        "HMAC-SHA1(a=b)= 00ff10", "=00ff10"})
    void textOfEveryVersionIsParsed(String text) throws Exception {
        assertArrayEquals(new byte[] {0, -1, 16}, HmacFile.parse(text.getBytes(US_ASCII), "chunk.hmac"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=", "00ff10", "(stdin)= ", "(stdin)= 0", "(stdin)= 0g", "(stdin)= 00 ff", "a= 00 =",
        "(stdin)= 00\n(stdin)= 00 x", "(stdin)= 0x00", "(stdin)= \u00e9\u00e9"})
    void otherTextIsCorrupt(String text) {
        CorruptData error = assertThrows(CorruptData.class,
                () -> HmacFile.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "chunk.hmac"));
        assertEquals("chunk.hmac", error.place().ranges().getFirst().source());
    }

    @Test
    void longTextIsCorrupt() {
        assertThrows(CorruptData.class, () -> HmacFile.parse(("=" + "0".repeat(130)).getBytes(US_ASCII), "chunk.hmac"));
        assertThrows(CorruptData.class, () -> HmacFile.parse((" ".repeat(4095) + "=00").getBytes(US_ASCII), "chunk.hmac"));
    }
}
