// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Rfc7914Test {
    @ParameterizedTest
    @CsvSource({
        "'', '', 4, 1, 1, 77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
        "password, NaCl, 10, 8, 16, fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        "pleaseletmein, SodiumChloride, 14, 8, 1, 7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    })
    void derivesTheVectorsOfTheRfc(String passphrase, String salt, int logN, int r, int p, String key) throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(64 << 20, 2)) {
            ScryptParameters parameters = new ScryptParameters(logN, r, p, salt.getBytes(StandardCharsets.US_ASCII));
            byte[] derived = keys.derive(passphrase.getBytes(StandardCharsets.US_ASCII), parameters, KeyDerivation.Priority.URGENT).get();
            assertEquals(key, HexFormat.of().formatHex(derived));
        }
    }

    @Test
    void pbkdf2DerivesTheVectorOfTheRfc() {
        byte[] derived = Pbkdf2.derive("passwd".getBytes(StandardCharsets.US_ASCII), "salt".getBytes(StandardCharsets.US_ASCII), 64);
        assertEquals("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783", HexFormat.of().formatHex(derived));
    }
}
