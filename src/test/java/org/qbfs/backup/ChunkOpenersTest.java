// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;
import org.qbfs.openssl.MacAlgorithm;
import org.qbfs.scrypt.KeyDerivation;
import org.qbfs.scrypt.ScryptParameters;

class ChunkOpenersTest {
    private static final String SECRET = "correct horse";

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] hash(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A hash in the place of scrypt, and a count. */
    private static final class Keys implements KeyDerivation {
        final AtomicInteger derivations = new AtomicInteger();
        RuntimeException failure;
        IOException limit;

        @Override
        public CompletableFuture<byte[]> derive(byte[] passphrase, ScryptParameters parameters, Priority priority) {
            derivations.incrementAndGet();
            if (failure != null || limit != null) {
                return CompletableFuture.failedFuture(failure != null ? failure : limit);
            }
            return CompletableFuture.completedFuture(hash("SHA-512", passphrase, parameters.salt()));
        }

        @Override
        public void close() {}
    }

    /** What scrypt(1) would write with the key of {@link Keys}. */
    private static byte[] encrypt(String secret, byte[] plain) throws Exception {
        byte[] salt = random(32);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("scrypt".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {0, 10, 0, 0, 0, 8, 0, 0, 0, 1});
        out.writeBytes(salt);
        out.writeBytes(Arrays.copyOf(hash("SHA-256", out.toByteArray()), 16));
        byte[] key = hash("SHA-512", secret.getBytes(StandardCharsets.UTF_8), salt);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, 32, 32, "HmacSHA256"));
        out.writeBytes(mac.doFinal(out.toByteArray()));
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 32, "AES"), new IvParameterSpec(new byte[16]));
        out.writeBytes(cipher.doFinal(plain));
        out.writeBytes(mac.doFinal(out.toByteArray()));
        return out.toByteArray();
    }

    private static Chunk chunk(int number, byte[] file, boolean complete) {
        return new Chunk("vm1/x", number, new Member(ChunkName.of("vm1/x", number) + ".enc", 0, 0, file.length, complete), Optional.empty());
    }

    private final Keys keys = new Keys();

    private ScryptChunkOpener scrypt(byte[] file) {
        return scrypt(new MemorySource("backup", file));
    }

    private ScryptChunkOpener scrypt(ByteSource file) {
        return scrypt(file, Runnable::run);
    }

    private ScryptChunkOpener scrypt(ByteSource file, java.util.concurrent.Executor background) {
        return new ScryptChunkOpener(new ChunkPlaces(file), "ID", new Passphrase(SECRET.getBytes(StandardCharsets.UTF_8)),
                keys, background, new PartCache(1 << 20), ChunkMemory.NONE);
    }

    private static byte[] encryptChunk(int number, byte[] plain) throws Exception {
        return encrypt("ID!" + ChunkName.of("vm1/x", number) + "!" + SECRET, plain);
    }

    @Test
    void scryptChunkKeepsTheContract() throws Exception {
        for (int length : new int[] {0, 1, 16, 1000, PartHashes.PART + 5}) {
            byte[] file = encryptChunk(3, random(length));
            ScryptChunkOpener opener = scrypt(file);
            Chunk chunk = chunk(3, file, true);
            assertEquals(length, opener.openedSize(chunk));
            ByteSourceContract.check(opener.open(chunk), random(length), 16, PartHashes.PART - 96);
        }
        assertEquals(5, keys.derivations.get());
    }

    @Test
    void preparedChunkCostsOneDerivation() throws Exception {
        byte[] file = encryptChunk(0, random(100));
        ScryptChunkOpener opener = scrypt(file);
        opener.prepare(chunk(0, file, true));
        opener.prepare(chunk(0, file, true));
        assertArrayEquals(random(100), opener.open(chunk(0, file, true)).readBytes(0, 100));
        assertEquals(1, keys.derivations.get());
    }

    @Test
    void chunkThatIsReadyOrCannotBeIsPreparedOnce() throws Exception {
        byte[] file = encryptChunk(0, random(100));
        AtomicInteger steps = new AtomicInteger();
        ScryptChunkOpener opener = scrypt(new MemorySource("backup", file), step -> {
            steps.incrementAndGet();
            step.run();
        });
        Chunk moved = chunk(1, file, true);
        for (int i = 0; i < 3; i++) {
            opener.prepare(chunk(0, file, true));
            opener.prepare(moved);
        }
        assertEquals(2, keys.derivations.get(), "one of each chunk");
        assertEquals(4, steps.get(), "two of each chunk");
        assertThrows(CorruptData.class, () -> opener.open(moved));
    }

    @Test
    void preparingHidesNoError() throws Exception {
        byte[] file = encryptChunk(0, random(100));
        file[200] ^= 1;
        ScryptChunkOpener opener = scrypt(file);
        opener.prepare(chunk(0, file, true));
        opener.prepare(chunk(1, file, true));
        opener.prepare(chunk(2, Arrays.copyOf(file, 50), true));
        assertThrows(CorruptData.class, () -> opener.open(chunk(0, file, true)).read(0, ByteBuffer.allocate(1)));
        assertThrows(CorruptData.class, () -> opener.open(chunk(1, file, true)));
    }

    @Test
    void everyFlippedByteOfAScryptChunkIsNoticed() throws Exception {
        byte[] file = encryptChunk(0, random(40));
        for (int i = 0; i < file.length; i++) {
            byte[] damaged = file.clone();
            damaged[i] ^= 0x10;
            ByteBuffer dst = ByteBuffer.allocate(40);
            IOException error = assertThrows(CorruptData.class,
                    () -> scrypt(damaged).open(chunk(0, damaged, true)).read(0, dst), "byte " + i);
            assertTrue(error.getMessage().contains("backup [0, " + file.length + ")"), error.getMessage());
            assertArrayEquals(new byte[40], dst.array(), "byte " + i);
        }
    }

    /** Memory that has a wrong byte until it is dropped; the medium has the right one. */
    private static final class WrongInMemory implements ByteSource {
        private final byte[] medium;
        private byte[] memory;

        WrongInMemory(byte[] medium, int wrongByte) {
            this.medium = medium;
            this.memory = medium.clone();
            memory[wrongByte] ^= 0x10;
        }

        @Override
        public long size() {
            return medium.length;
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            return new MemorySource("memory", memory).read(position, dst);
        }

        @Override
        public void dropCached(long position, long length) {
            memory = medium;
        }

        @Override
        public String name() {
            return "backup";
        }
    }

    @Test
    void aHeaderThatIsWrongInMemoryAloneIsReadAgain() throws Exception {
        byte[] file = encryptChunk(0, random(40));
        // Magic, version, log2 N, r, p, salt, checksum, HMAC.
        for (int i : new int[] {0, 6, 7, 8, 12, 16, 48, 64}) {
            ByteSource opened = scrypt(new WrongInMemory(file, i)).open(chunk(0, file, true));
            assertArrayEquals(random(40), opened.readBytes(0, 40), "byte " + i);
        }
    }

    @Test
    void chunkUnderAnotherNameIsRefusedAndCostsOneDerivation() throws Exception {
        byte[] file = encryptChunk(0, random(40));
        ScryptChunkOpener opener = scrypt(file);
        for (int i = 0; i < 3; i++) {
            CorruptData error = assertThrows(CorruptData.class, () -> opener.open(chunk(1, file, true)));
            assertTrue(error.getMessage().startsWith("chunk vm1/x.001.enc [0, "), error.getMessage());
        }
        assertEquals(1, keys.derivations.get());
    }

    @Test
    void cutOffChunkIsRefusedUnread() throws Exception {
        byte[] file = encryptChunk(0, random(40));
        assertThrows(TruncatedData.class, () -> scrypt(file).open(chunk(0, file, false)));
        for (int length : new int[] {0, 1, 95, 127}) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(TruncatedData.class, () -> scrypt(cut).open(chunk(0, cut, true)));
        }
        assertEquals(0, keys.derivations.get());
    }

    @Test
    void opensTheHeaderWithTheRightPassphraseOnly() throws Exception {
        byte[] text = "version=4\n".getBytes(StandardCharsets.US_ASCII);
        byte[] right = encrypt("backup-header!" + SECRET, text);
        ScryptChunkOpener opener = scrypt(right);
        assertArrayEquals(text, opener.openHeader(new Member(Catalog.HEADER_MAC, 0, 0, right.length, true)).text());
        byte[] wrong = encrypt("backup-header!other", text);
        assertThrows(WrongPassphrase.class, () -> scrypt(wrong).openHeader(new Member(Catalog.HEADER_MAC, 0, 0, wrong.length, true)));
        assertThrows(CorruptData.class, () -> opener.openHeader(new Member(Catalog.HEADER_MAC, 0, 0, 1 << 20, true)));
    }

    @Test
    void closedDerivationIsNoDamage() throws Exception {
        byte[] file = encryptChunk(0, random(40));
        keys.failure = new CancellationException();
        assertThrows(ClosedChannelException.class, () -> scrypt(file).open(chunk(0, file, true)));
        keys.failure = null;
        keys.limit = new ResourceLimit("table", 2, 1, Place.NONE);
        ResourceLimit error = assertThrows(ResourceLimit.class, () -> scrypt(file).open(chunk(0, file, true)));
        assertTrue(error.getMessage().startsWith("chunk vm1/x.000.enc"), error.getMessage());
    }

    // Versions 2 and 3.

    private static byte[] macText(byte[] data) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "x"));
        return ("(stdin)= " + HexFormat.of().formatHex(mac.doFinal(data)) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static HmacChunkOpener hmac(ByteSource file, java.util.concurrent.Executor background) throws IOException {
        return new HmacChunkOpener(new ChunkPlaces(file), MacAlgorithm.named("sha512"), new Passphrase(SECRET.getBytes(StandardCharsets.UTF_8)),
                background, new PartCache(1 << 20), ChunkMemory.NONE);
    }

    private static Chunk withMac(int dataLength, int macLength) {
        return new Chunk("vm1/x", 0, new Member("vm1/x.000", 0, 0, dataLength, true),
                Optional.of(new Member("vm1/x.000.hmac", dataLength, dataLength, macLength, true)));
    }

    @Test
    void hmacChunkKeepsTheContract() throws Exception {
        for (int length : new int[] {0, 1, 1000, PartHashes.PART + 5}) {
            byte[] data = random(length);
            byte[] mac = macText(data);
            byte[] file = org.qbfs.tar.TarBytes.join(data, mac);
            HmacChunkOpener opener = hmac(new MemorySource("backup", file), Runnable::run);
            Chunk chunk = withMac(length, mac.length);
            assertEquals(length, opener.openedSize(chunk));
            opener.prepare(chunk);
            ByteSourceContract.check(opener.open(chunk), data, PartHashes.PART);
            assertTrue(opener.authenticate(chunk));
        }
    }

    @Test
    void everyFlippedByteOfAnHmacChunkIsNoticed() throws Exception {
        byte[] data = random(60);
        byte[] mac = macText(data);
        for (int i = 0; i < data.length + mac.length - 1; i++) {
            byte[] file = org.qbfs.tar.TarBytes.join(data, mac);
            file[i] ^= 1;
            boolean decoration = i >= data.length && i < data.length + 7;
            if (!decoration) {
                assertThrows(CorruptData.class, () -> hmac(new MemorySource("backup", file), Runnable::run)
                        .open(withMac(data.length, mac.length)).read(0, ByteBuffer.allocate(1)), "byte " + i);
            }
        }
    }

    @Test
    void chunkWithoutItsMacIsRefused() throws Exception {
        HmacChunkOpener opener = hmac(new MemorySource("backup", random(60)), Runnable::run);
        assertThrows(TruncatedData.class, () -> opener.open(chunk(0, random(60), true)));
        assertThrows(TruncatedData.class, () -> opener.open(chunk(0, random(60), false)));
        assertThrows(CorruptData.class, () -> opener.open(withMac(10, 50)));
        Chunk hugeMac = new Chunk("vm1/x", 0, new Member("vm1/x.000", 0, 0, 10, true), Optional.of(new Member("m", 10, 10, 1L << 40, true)));
        assertThrows(CorruptData.class, () -> opener.open(hugeMac));
    }

    @Test
    void refusedWorkIsNoError() throws Exception {
        byte[] data = random(60);
        byte[] mac = macText(data);
        HmacChunkOpener opener = hmac(new MemorySource("backup", org.qbfs.tar.TarBytes.join(data, mac)), task -> {
            throw new RejectedExecutionException();
        });
        opener.prepare(withMac(60, mac.length));
        assertArrayEquals(data, opener.open(withMac(60, mac.length)).readBytes(0, 60));
    }

    @Test
    void headerIsVerifiedByAnyDigest() throws Exception {
        byte[] message = "hmac-algorithm=SHA512\n".getBytes(StandardCharsets.US_ASCII);
        byte[] mac = macText(message);
        Member member = new Member("backup-header.hmac", 0, 0, mac.length, true);
        Passphrase right = new Passphrase(SECRET.getBytes(StandardCharsets.UTF_8));
        HmacChunkOpener.verify(message, new MemorySource("b", mac), member, right);
        assertThrows(WrongPassphrase.class, () -> HmacChunkOpener.verify(message, new MemorySource("b", mac), member,
                new Passphrase("other".getBytes(StandardCharsets.UTF_8))));
        assertThrows(WrongPassphrase.class, () -> HmacChunkOpener.verify(random(5), new MemorySource("b", mac), member, right));
    }
}
