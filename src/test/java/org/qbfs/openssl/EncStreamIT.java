// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class EncStreamIT {
    private static final String PASSPHRASE = "pass phräse";

    @TempDir
    Path dir;

    private OpenSsl openssl;

    @BeforeEach
    void findOpenSsl() throws Exception {
        openssl = new OpenSsl(dir);
    }

    @Test
    void everyCipherOfTheToolIsReadAtEveryPlaceAndSize() throws Exception {
        // Key wrapping is listed, but the tool cannot use it for streams.
        List<String> ciphers = openssl.list("enc", "-list").stream().filter(name -> !name.contains("wrap")
                && !name.startsWith("id-")).toList();
        assertTrue(ciphers.containsAll(List.of("aes-256-cbc", "aes-128-ctr", "des-ede3-cbc")), ciphers.toString());
        for (String cipher : ciphers) {
            assertTrue(EncStream.knows(cipher), cipher);
            // Decrypting single bits or bytes costs a block each.
            int longest = cipher.endsWith("cfb1") ? 700 : cipher.endsWith("cfb8") ? 5_001 : 70_003;
            byte[] text = text(longest);
            ByteSourceContract.check(decrypted(cipher, text), text, 8, 16, 64, 32_768, 65_536, longest - 16);
            for (int length : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 64, 65}) {
                byte[] some = Arrays.copyOf(text, length);
                ByteSource plain = decrypted(cipher, some);
                assertEquals(length, plain.size(), cipher + " of " + length);
                assertArrayEquals(some, ByteSourceContract.readAll(plain), cipher + " of " + length);
            }
        }
    }

    @Test
    void cipherAndDefaultsOfBackupsAreReadAcrossManyPieces() throws Exception {
        byte[] text = text(3_000_000);
        for (String cipher : List.of("aes-256-cbc", "aes-256-ofb", "AES-256-CFB", "AES256")) {
            ByteSource plain = decrypted(cipher, text);
            ByteSourceContract.randomReads(plain, text, new Random(1), 300);
            assertArrayEquals(text, ByteSourceContract.readAll(plain), cipher);
        }
    }

    @Test
    void emptyPassphraseIsOne() throws Exception {
        byte[] text = text(1000);
        byte[] stream = openssl.run(text, "enc", "-e", "-aes-256-cbc", "-md", "MD5", "-pass", "pass:");
        ByteSourceContract.check(
                EncStream.decrypt("plain", new MemorySource("stream", stream), "aes-256-cbc", new byte[0]), text);
    }

    @Test
    void wrongPassphraseAndCutStreamAreSeenAtTheEnd() throws Exception {
        byte[] text = text(40_000);
        byte[] stream = encrypted("aes-256-cbc", text);
        // Wrong padding would pass by chance once in 256 salts; of these eight, some fail.
        int failed = 0;
        for (int i = 0; i < 8; i++) {
            ByteSource wrong = EncStream.decrypt("plain", new MemorySource("stream", stream), "aes-256-cbc",
                    ("wrong" + i).getBytes(StandardCharsets.UTF_8));
            try {
                wrong.size();
            } catch (CorruptData e) {
                failed++;
            }
        }
        assertTrue(failed >= 6, failed + " of 8 passphrases were found wrong");
        ByteSource cut = EncStream.decrypt("plain", new MemorySource("stream", Arrays.copyOf(stream, 30_007)),
                "aes-256-cbc", PASSPHRASE.getBytes(StandardCharsets.UTF_8));
        ByteSourceContract.readAndCompare(cut, text, 0, 29_952);
        assertThrows(TruncatedData.class, cut::size);
        assertThrows(TruncatedData.class, () -> cut.read(29_900, ByteBuffer.allocate(200)));
    }

    private ByteSource decrypted(String cipher, byte[] text) throws Exception {
        byte[] stream = encrypted(cipher, text);
        return EncStream.decrypt(cipher + " plaintext", new MemorySource(cipher + " stream", stream), cipher,
                PASSPHRASE.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] encrypted(String cipher, byte[] text) throws Exception {
        byte[] stream = openssl.run(text, "enc", "-e", "-" + cipher, "-md", "MD5", "-pass", "pass:" + PASSPHRASE);
        assertEquals("Salted__", new String(stream, 0, 8, StandardCharsets.US_ASCII));
        return stream;
    }

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);
        return text;
    }
}
