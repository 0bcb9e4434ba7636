// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.engines.ChaChaEngine;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

class EncStreamTest {
    private static final byte[] PASSPHRASE = "qubes".getBytes(US_ASCII);
    private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.toLowerCase(java.util.Locale.ROOT));
    }

    private static byte[] withHeader(byte[] ciphertext) {
        byte[] stream = new byte[16 + ciphertext.length];
        System.arraycopy("Salted__".getBytes(US_ASCII), 0, stream, 0, 8);
        System.arraycopy(SALT, 0, stream, 8, 8);
        System.arraycopy(ciphertext, 0, stream, 16, ciphertext.length);
        return stream;
    }

    /** What openssl enc would write, made by the JDK. */
    private static byte[] encrypted(String cipherName, String jdkName, byte[] text) throws Exception {
        EncCipher cipher = EncCipher.named(cipherName);
        BytesToKey secret = BytesToKey.derive("MD5", PASSPHRASE, SALT, cipher.keyLength(), cipher.ivLength());
        Cipher jdk = Cipher.getInstance(jdkName);
        SecretKeySpec key = new SecretKeySpec(secret.key(), jdkName.split("/")[0]);
        if (cipher.ivLength() == 0) {
            jdk.init(Cipher.ENCRYPT_MODE, key);
        } else {
            jdk.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(secret.iv()));
        }
        return withHeader(jdk.doFinal(text));
    }

    private static ByteSource decrypted(String cipherName, byte[] stream) throws IOException {
        return EncStream.decrypt("plain", new MemorySource("stream", stream), cipherName, PASSPHRASE);
    }

    /** Printed by {@code openssl enc -aes-256-cbc -md <digest> -pass pass:qubes -S 0102030405060708 -P}. */
    @Test
    void keyAndIvAreThoseOfOpenssl() {
        BytesToKey md5 = BytesToKey.derive("MD5", PASSPHRASE, SALT, 32, 16);
        assertArrayEquals(hex("0095D3E8605B4C01578957E82AC66FD825252642F1E33D54B91285B969591FF8"), md5.key());
        assertArrayEquals(hex("09A26FC3AC81FF5F900204C64B2C973C"), md5.iv());
        BytesToKey sha256 = BytesToKey.derive("SHA-256", PASSPHRASE, SALT, 32, 16);
        assertArrayEquals(hex("CB8FC6BAB179C387C6D4C776893BFD83F288AFC99F2D8C368C57F851BBB08873"), sha256.key());
        assertArrayEquals(hex("06799EC83BB40ED049D982DC71AB4F7F"), sha256.iv());
        BytesToKey empty = BytesToKey.derive("MD5", new byte[0], SALT, 16, 8);
        assertArrayEquals(hex("0EE0646C1C77D8131CC8F4EE65C7673B"), empty.key());
        assertArrayEquals(hex("D9C71573D83F4869"), empty.iv());
    }

    @Test
    void streamOfOpensslIsRead() throws Exception {
        byte[] stream = withHeader(hex("fc668c5c19478af2cd57b046e17c5900"));
        ByteSourceContract.check(decrypted("aes-256-cbc", stream), "hello, chunk\n".getBytes(US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({
        "aes-256-cbc, AES/CBC/PKCS5Padding", "aes-128-cbc, AES/CBC/PKCS5Padding", "aes-192-ecb, AES/ECB/PKCS5Padding",
        "aes-256-cfb, AES/CFB/NoPadding", "aes-256-cfb8, AES/CFB8/NoPadding", "aes-256-ofb, AES/OFB/NoPadding",
        "aes-256-ctr, AES/CTR/NoPadding", "des-ede3-cbc, DESede/CBC/PKCS5Padding", "des-ede3-cfb, DESede/CFB/NoPadding",
        "des-ede3-ofb, DESede/OFB/NoPadding", "des-ecb, DES/ECB/PKCS5Padding", "bf-cbc, Blowfish/CBC/PKCS5Padding",
        "rc2-cbc, RC2/CBC/PKCS5Padding", "rc4, ARCFOUR"})
    void everyModeKeepsTheContract(String cipherName, String jdkName) throws Exception {
        for (int length : new int[] {0, 1, 7, 8, 15, 16, 17, 32, 100_000, 98_304}) {
            byte[] text = bytes(length);
            ByteSourceContract.check(decrypted(cipherName, encrypted(cipherName, jdkName, text)), text,
                    8, 16, 32_768, 65_536, Math.max(0, length - 16));
        }
    }

    /** X. Lai's vector of IDEA, which many builds of openssl leave out. */
    @Test
    void ideaIsKnown() throws Exception {
        EncCipher idea = EncCipher.named("idea-ecb");
        byte[] stream = withHeader(Arrays.copyOf(hex("11FBED2B01986DE5"), 16));
        ByteSource plain = idea.open("plain", new MemorySource("stream", stream),
                new BytesToKey(hex("00010002000300040005000600070008"), new byte[0]));
        assertArrayEquals(hex("0000000100020003"), plain.readBytes(0, 8));
    }

    @Test
    void counterGoesOnWhereItOverflowsAndFarAway() throws Exception {
        byte[] key = bytes(32);
        byte[] iv = hex("fffffffffffffffffffffffffffffff0");
        ByteSource plain = EncCipher.named("aes-256-ctr").open("plain", new Zeros(Long.MAX_VALUE), new BytesToKey(key, iv));
        SICBlockCipher peer = (SICBlockCipher) SICBlockCipher.newInstance(AESEngine.newInstance());
        peer.init(true, new ParametersWithIV(new KeyParameter(key), iv));
        for (long position : new long[] {0, 16 * 15 + 3, 16 * 16, 1L << 36, (1L << 36) + 5, (1L << 50) - 7}) {
            byte[] expected = new byte[1000];
            peer.seekTo(position);
            peer.processBytes(new byte[1000], 0, 1000, expected, 0);
            assertArrayEquals(expected, plain.readBytes(position, 1000), "at " + position);
        }
    }

    @Test
    void chachaCarriesItsCounterIntoTheNonce() throws Exception {
        byte[] key = bytes(32);
        byte[] iv = hex("feffffff0000000005060708090a0b0c");
        ByteSource plain = EncCipher.named("chacha20").open("plain", new Zeros(1 << 20), new BytesToKey(key, iv));
        ChaChaEngine peer = new ChaChaEngine(20);
        peer.init(true, new ParametersWithIV(new KeyParameter(key), Arrays.copyOfRange(iv, 8, 16)));
        peer.skip(0xfffffffeL * 64);
        byte[] expected = new byte[5000];
        peer.processBytes(new byte[5000], 0, 5000, expected, 0);
        assertArrayEquals(expected, plain.readBytes(0, 5000));
        for (int position : new int[] {1, 64, 127, 128, 129, 4000}) {
            assertArrayEquals(Arrays.copyOfRange(expected, position, position + 900), plain.readBytes(position, 900));
        }
    }

    @Test
    void keystreamIsResumedFromStatesHoweverManyWerePassed() throws Exception {
        byte[] text = bytes(300_000);
        byte[] key = bytes(16);
        Cipher jdk = Cipher.getInstance("ARCFOUR");
        jdk.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ARCFOUR"));
        Payload payload = new Payload(new MemorySource("stream", withHeader(jdk.doFinal(text))), new byte[0]);
        // Four bytes apart there are far more states than are kept.
        for (long spacing : new long[] {4, 512, 1 << 20}) {
            ByteSourceContract.check(new KeystreamSource("plain", payload, new Keystream.Rc4(key), spacing), text);
        }
    }

    @Test
    void oneReadInSequenceMakesNoKeystreamTwice() throws Exception {
        int[] made = new int[1];
        Keystream.Maker counted = new Keystream.Maker() {
            @Override
            public int unit() {
                return 1;
            }

            @Override
            public byte[] start() {
                return new byte[0];
            }

            @Override
            public Keystream resume(byte[] state) {
                return new Keystream() {
                    @Override
                    public void next(byte[] out, int at, int length) {
                        made[0] += length;
                    }

                    @Override
                    public byte[] state() {
                        return new byte[0];
                    }
                };
            }
        };
        ByteSource plain = new KeystreamSource("plain", new Payload(new Zeros(1 << 20), new byte[0]), counted, 1 << 18);
        ByteBuffer dst = ByteBuffer.allocate(1000);
        for (long position = 0; plain.read(position, dst.clear()) > 0; position += 1000) {
            assertTrue(made[0] <= position + 1000 + (1 << 15), made[0] + " at " + position);
        }
        made[0] = 0;
        plain.read(700_000, dst.clear());
        assertTrue(made[0] <= 1 << 18, made[0] + " after a state that was kept");
    }

    @Test
    void readFarFromTheEndTouchesOnlyWhatItNeeds() throws Exception {
        byte[] text = bytes(1_000_000);
        for (String[] names : new String[][] {{"aes-256-cbc", "AES/CBC/PKCS5Padding"}, {"aes-256-ctr", "AES/CTR/NoPadding"}}) {
            Counting stream = new Counting(encrypted(names[0], names[1], text));
            ByteSource plain = EncStream.decrypt("plain", stream, names[0], PASSPHRASE);
            assertEquals(16, stream.end);
            stream.bytes = 0;
            ByteSourceContract.readAndCompare(plain, text, 500_001, 4096);
            assertTrue(stream.end <= 16 + 500_001 + 4096 + 16, "read up to " + stream.end);
            assertTrue(stream.bytes <= 4096 + 48, stream.bytes + " bytes read");
            ByteSourceContract.readAndCompare(plain, text, 900_000, 99_984);
            assertTrue(stream.end < 16 + 1_000_000, "read up to " + stream.end);
            assertEquals(1_000_000, plain.size());
        }
    }

    @Test
    void wrongPaddingIsCorruptOnlyWhereItMatters() throws Exception {
        byte[] text = bytes(160);
        for (int[] wrong : new int[][] {{15, 0}, {15, 17}, {15, 255}, {15, 2}, {14, 15}, {0, 15}}) {
            byte[] padded = Arrays.copyOf(text, 176);
            Arrays.fill(padded, 160, 176, (byte) 16);
            padded[160 + wrong[0]] = (byte) wrong[1];
            ByteSource plain = decrypted("aes-256-cbc", encrypted("aes-256-cbc", "AES/CBC/NoPadding", padded));
            ByteSourceContract.readAndCompare(plain, text, 0, 160);
            CorruptData error = assertThrows(CorruptData.class, plain::size);
            assertTrue(error.getMessage().contains("passphrase"), error.getMessage());
            assertThrows(CorruptData.class, () -> plain.read(100, ByteBuffer.allocate(61)));
            assertThrows(CorruptData.class, () -> plain.read(1000, ByteBuffer.allocate(1)));
        }
    }

    @Test
    void streamCutAnywhereStaysReadableBeforeTheCut() throws Exception {
        byte[] text = bytes(100);
        byte[] stream = encrypted("aes-256-cbc", "AES/CBC/PKCS5Padding", text);
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            if (length < 16) {
                assertThrows(TruncatedData.class, () -> decrypted("aes-256-cbc", cut));
                continue;
            }
            ByteSource plain = decrypted("aes-256-cbc", cut);
            int whole = (length - 16) / 16 * 16;
            if (whole > 16) {
                ByteSourceContract.readAndCompare(plain, text, 0, whole - 16);
            }
            Class<? extends QbfsException> expected =
                    length % 16 != 0 || length == 16 ? TruncatedData.class : CorruptData.class;
            assertThrows(expected, plain::size, "cut at " + length);
            assertThrows(expected, () -> plain.read(0, ByteBuffer.allocate(200)), "cut at " + length);
        }
    }

    @Test
    void otherBeginningIsCorrupt() {
        assertThrows(CorruptData.class, () -> decrypted("aes-256-cbc", "salted__12345678".getBytes(US_ASCII)));
        assertThrows(CorruptData.class, () -> decrypted("aes-256-cbc", "S-".getBytes(US_ASCII)));
        assertThrows(TruncatedData.class, () -> decrypted("aes-256-cbc", "Salted__1234567".getBytes(US_ASCII)));
    }

    @Test
    void errorsBelowAreSeenFromThePlaintext() throws Exception {
        Counting stream = new Counting(encrypted("aes-256-cbc", "AES/CBC/PKCS5Padding", bytes(1000)));
        ByteSource plain = EncStream.decrypt("vm7/private.img", stream, "aes-256-cbc", PASSPHRASE);
        stream.failing = true;
        CorruptData error = assertThrows(CorruptData.class, () -> plain.read(100, ByteBuffer.allocate(50)));
        assertEquals("vm7/private.img [100, 150) → chunk [96, 176): damaged", error.getMessage());
        stream.failing = false;
        stream.shorter = 600;
        assertThrows(TruncatedData.class, () -> plain.read(500, ByteBuffer.allocate(200)));
    }

    @ParameterizedTest
    @CsvSource({"AES256, aes-256-cbc", "aes128, aes-128-cbc", "Camellia192, camellia-192-cbc", "aria256, aria-256-cbc",
        "bf, bf-cbc", "BlowFish, bf-cbc", "cast, cast5-cbc", "cast-cbc, cast5-cbc", "des, des-cbc", "des3, des-ede3-cbc",
        "des-ede, des-ede-ecb", "des-ede3, des-ede3-ecb", "idea, idea-cbc", "seed, seed-cbc", "rc2, rc2-cbc",
        "rc2-128, rc2-cbc", "rc2-40, rc2-40-cbc", "sm4, sm4-cbc", "desx, desx-cbc", "aes-256-cfb128, aes-256-cfb",
        "bf-ofb64, bf-ofb", "DES-EDE3-CBC, des-ede3-cbc"})
    void aliasesOfOpensslAreKnown(String alias, String name) throws Exception {
        assertEquals(EncCipher.named(name), EncCipher.named(alias));
        assertTrue(EncCipher.names().contains(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "aes", "aes-256", "aes-256-gcm", "aes-256-xts", "-aes-256-cbc", "scrypt", "aes-256-cbc\n"})
    void unknownCipherIsNamedWithThoseThatAreKnown(String name) {
        UnsupportedFormat error = assertThrows(UnsupportedFormat.class, () -> decrypted(name, withHeader(new byte[16])));
        assertTrue(error.getMessage().contains("'" + name.replace('\n', '?') + "'"), error.getMessage());
        assertTrue(error.getMessage().contains("aes-256-cbc, aes-256-cfb"), error.getMessage());
        assertFalse(EncStream.knows(name));
    }

    /** A header, and nothing but zeros. */
    private record Zeros(long size) implements ByteSource {
        @Override
        public int read(long position, ByteBuffer dst) {
            int length = (int) Math.max(0, Math.min(dst.remaining(), size - position));
            dst.put(new byte[length]);
            return length;
        }

        @Override
        public String name() {
            return "zeros";
        }
    }

    /** Counts what is read, and misbehaves when told to. */
    private static final class Counting implements ByteSource {
        private final MemorySource source;
        private long bytes;
        private long end;
        private boolean failing;
        private long shorter = Long.MAX_VALUE;

        Counting(byte[] content) {
            source = new MemorySource("stream", content);
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            if (failing) {
                throw new CorruptData("damaged", Place.of("chunk", position, position + dst.remaining()));
            }
            end = Math.max(end, position + dst.remaining());
            bytes += dst.remaining();
            dst.limit((int) Math.min(dst.limit(), dst.position() + Math.max(0, shorter - position)));
            return source.read(position, dst);
        }

        @Override
        public String name() {
            return "stream";
        }
    }
}
