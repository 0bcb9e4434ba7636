// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes files of the scrypt format as scrypt(1) does, but for the time it takes: {@code MakeChunks LOG_N COUNT
 * LENGTH DIRECTORY}, with the passphrase in the environment. That scrypt(1) reads them is checked by whoever
 * uses them.
 */
final class MakeChunks {
    private MakeChunks() {}

    public static void main(String[] args) throws Exception {
        int logN = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[1]);
        byte[] passphrase = System.getenv("KDF_PASSPHRASE").getBytes(StandardCharsets.UTF_8);
        Random random = new Random(logN);
        try (KeyDerivation keys = ScheduledKeyDerivation.create(0, Runtime.getRuntime().availableProcessors())) {
            List<ScryptParameters> parameters = new ArrayList<>();
            List<CompletableFuture<byte[]>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] salt = new byte[32];
                random.nextBytes(salt);
                parameters.add(new ScryptParameters(logN, 8, 1, salt));
                futures.add(keys.derive(passphrase, parameters.get(i), KeyDerivation.Priority.BACKGROUND));
            }
            for (int i = 0; i < count; i++) {
                byte[] plain = new byte[Integer.parseInt(args[2])];
                random.nextBytes(plain);
                Path file = Path.of(args[3], String.format("chunk.%03d.enc", i));
                Files.write(file, chunk(parameters.get(i), futures.get(i).get(), plain));
            }
        }
    }

    /** A file with the content {@code plain}. */
    static byte[] chunk(ScryptParameters parameters, byte[] key, byte[] plain) throws Exception {
        ByteBuffer chunk = ByteBuffer.allocate(ScryptHeader.LENGTH + plain.length + ScryptHeader.MAC_LENGTH);
        chunk.put("scrypt\0".getBytes(StandardCharsets.US_ASCII)).put((byte) parameters.logN());
        chunk.putInt(parameters.r()).putInt(parameters.p()).put(parameters.salt());
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(chunk.array(), 0, chunk.position());
        chunk.put(sha256.digest(), 0, 16);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, 32, 32, "HmacSHA256"));
        mac.update(chunk.array(), 0, chunk.position());
        chunk.put(mac.doFinal());
        Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 32, "AES"), new IvParameterSpec(new byte[16]));
        chunk.put(aes.doFinal(plain));
        mac.update(chunk.array(), 0, chunk.position());
        return chunk.put(mac.doFinal()).array();
    }
}
