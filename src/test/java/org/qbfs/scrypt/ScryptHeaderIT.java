// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;

/** Files written by scrypt(1). */
class ScryptHeaderIT {
    private static final byte[] PASSPHRASE = "20260101T000000-1234!vm7/private.img.000!correct horse".getBytes(StandardCharsets.US_ASCII);

    private static byte[] encrypt(Path dir, byte[] plain, int logN, int r, int p) throws IOException, InterruptedException {
        Path file = dir.resolve("plain");
        Files.write(file, plain);
        Process scrypt = new ProcessBuilder("scrypt", "enc", "-P", "--logN", "" + logN, "-r", "" + r, "-p", "" + p,
                file.toString(), dir.resolve("chunk.enc").toString()).inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start();
        try (var stdin = scrypt.getOutputStream()) {
            stdin.write(PASSPHRASE);
            stdin.write('\n');
        }
        assertEquals(0, scrypt.waitFor());
        return Files.readAllBytes(dir.resolve("chunk.enc"));
    }

    @Test
    void readsWhatScryptWrote(@TempDir Path dir) throws Exception {
        byte[] plain = new byte[100_003];
        new Random(7).nextBytes(plain);
        for (int[] shape : new int[][] {{10, 8, 1}, {11, 5, 3}, {14, 8, 2}}) {
            byte[] chunk = encrypt(dir, plain, shape[0], shape[1], shape[2]);
            assertEquals(ScryptHeader.LENGTH + plain.length + ScryptHeader.MAC_LENGTH, chunk.length);
            ScryptHeader header = ScryptHeader.parse(chunk, "chunk.enc");
            assertEquals(new ScryptParameters(shape[0], shape[1], shape[2], Arrays.copyOfRange(chunk, 16, 48)), header.parameters());
            try (KeyDerivation keys = ScheduledKeyDerivation.create(64 << 20, 1)) {
                byte[] key = keys.derive(PASSPHRASE, header.parameters(), KeyDerivation.Priority.URGENT).get();
                assertTrue(header.opensWith(key));
                ChunkMac mac = ChunkMac.of(key);
                mac.update(chunk, 0, chunk.length - ScryptHeader.MAC_LENGTH);
                assertTrue(mac.matches(Arrays.copyOfRange(chunk, chunk.length - ScryptHeader.MAC_LENGTH, chunk.length)));
                byte[] data = Arrays.copyOfRange(chunk, ScryptHeader.LENGTH, chunk.length - ScryptHeader.MAC_LENGTH);
                CtrSource source = new CtrSource("chunk (plaintext)", new MemorySource("chunk", data), key);
                assertArrayEquals(plain, source.readBytes(0, plain.length));
                ByteSourceContract.check(source, plain, 16, 16 << 10, 32 << 10);
                byte[] wrong = keys.derive(new byte[] {1}, header.parameters(), KeyDerivation.Priority.URGENT).get();
                assertFalse(header.opensWith(wrong));
            }
        }
    }

    /** The same classes in a process that lacks the incubator module. */
    @Test
    void derivesWithoutTheVectorModule(@TempDir Path dir) throws Exception {
        encrypt(dir, new byte[10], 12, 8, 3);
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                DeriveChunksBenchmark.class.getName(), "2", "" + (64 << 20), "1", "URGENT", dir.resolve("chunk.enc").toString());
        java.environment().put("KDF_PASSPHRASE", new String(PASSPHRASE, StandardCharsets.US_ASCII));
        java.redirectErrorStream(true);
        Process process = java.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertFalse(output.contains("incubator"), output);
    }
}
