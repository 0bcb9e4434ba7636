// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Authenticates and decrypts the first 100 MiB of a process, in pieces of a given size: {@code FirstUseBenchmark
 * PIECE}. Prints the MB/s of HMAC-SHA-256 and of AES-256-CTR. Run by scripts/bench/kdf-first-use.
 */
final class FirstUseBenchmark {
    private static final int LENGTH = 100 << 20;

    private FirstUseBenchmark() {}

    public static void main(String[] args) throws Exception {
        int piece = Integer.parseInt(args[0]);
        byte[] data = new byte[LENGTH];
        byte[] plain = new byte[piece];
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(new byte[32], "AES"), new IvParameterSpec(new byte[16]));
        long start = System.nanoTime();
        for (int done = 0; done < LENGTH; done += piece) {
            mac.update(data, done, Math.min(piece, LENGTH - done));
        }
        long middle = System.nanoTime();
        for (int done = 0; done < LENGTH; done += piece) {
            aes.update(data, done, Math.min(piece, LENGTH - done), plain, 0);
        }
        long end = System.nanoTime();
        System.out.printf("%.0f %.0f%n", LENGTH * 1e3 / (middle - start), LENGTH * 1e3 / (end - middle));
    }
}
