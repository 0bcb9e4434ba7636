// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Plain bytes of several kinds, always the same. */
public final class Samples {
    private Samples() {}

    /** Words, numbers, zeros, random stretches, and copies of what was 32 KiB before. */
    public static byte[] mixed(int length, long seed) {
        Random random = new Random(seed);
        byte[] all = new byte[length];
        String[] words = {"private", "root", "volume ", "\n", "template", "0123456789abcdef", " = ", "qubes", "\0\0\0\0"};
        for (int at = 0; at < length;) {
            int part = Math.min(length - at, 1 + random.nextInt(20_000));
            switch (random.nextInt(6)) {
                case 0 -> { }
                case 1 -> {
                    byte[] noise = new byte[part];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, all, at, part);
                }
                case 2 -> {
                    int distance = Math.min(at, 32_768 - random.nextInt(3));
                    for (int i = 0; i < part && distance > 0; i++) {
                        all[at + i] = all[at + i - distance];
                    }
                }
                case 3 -> {
                    int period = 1 + random.nextInt(12);
                    for (int i = 0; i < part; i++) {
                        all[at + i] = (byte) (i % period * 17 + seed);
                    }
                }
                default -> {
                    ByteArrayOutputStream text = new ByteArrayOutputStream();
                    while (text.size() < part) {
                        text.writeBytes(words[random.nextInt(words.length)].getBytes(
                                java.nio.charset.StandardCharsets.US_ASCII));
                    }
                    System.arraycopy(text.toByteArray(), 0, all, at, part);
                }
            }
            at += part;
        }
        return all;
    }

    public static byte[] noise(int length, long seed) {
        byte[] all = new byte[length];
        new Random(seed).nextBytes(all);
        return all;
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }
}
