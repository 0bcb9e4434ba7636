// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Member;
import org.qbfs.backup.Passphrase;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.TarBytes;

/** A small backup made in memory, chunk by chunk, so that a test can damage, drop and move each one. */
public final class TestBackup {
    public static final String PASSPHRASE = "correct horse";
    private static final String ID = "20260101T000000-1";

    /** One member of the outer file. */
    public record Part(String name, byte[] bytes) {}

    private final int version;
    private final boolean compressed;
    private final int chunkSize;
    public final List<Part> parts = new ArrayList<>();

    /** Version 4, or 3 without encryption. */
    public TestBackup(int version, boolean compressed, int chunkSize) {
        this.version = version;
        this.compressed = compressed;
        this.chunkSize = chunkSize;
        String truth = compressed ? "True" : "False";
        byte[] header = (version == 4
                ? "version=4\nhmac-algorithm=scrypt\nencrypted=True\ncompressed=" + truth + "\ncompression-filter=gzip\nbackup-id=" + ID + "\n"
                : "version=3\nhmac-algorithm=SHA512\ncrypto-algorithm=aes-256-cbc\nencrypted=False\ncompressed=" + truth
                        + "\ncompression-filter=gzip\n").getBytes(StandardCharsets.US_ASCII);
        parts.add(new Part("backup-header", header));
        parts.add(new Part("backup-header.hmac", version == 4 ? scrypt("backup-header!" + PASSPHRASE, header) : hmac(header)));
    }

    /** An archive of an inner tar's members. */
    public static Archive archive(String path, byte[] tar) {
        return new Archive(new FileGroup(path, List.of(new Chunk(path, 0, new Member(path + ".000", 0, 0, tar.length, true),
                Optional.empty()))), () -> InnerTar.of(new MemorySource(path, tar)), new Learned(), new ReadActivity());
    }

    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Adds a file group whose inner tar has one file. */
    public TestBackup image(String path, byte[] image) {
        return group(path, TarBytes.join(TarBytes.file(path, image), TarBytes.end()));
    }

    /** Adds a file group of {@code tar}. */
    public TestBackup group(String path, byte[] tar) {
        return stream(path, compressed ? gzip(tar) : tar);
    }

    /** Adds a file group whose chunks are {@code stream}, cut. */
    TestBackup stream(String path, byte[] stream) {
        int number = 0;
        for (int at = 0; at <= stream.length; at += chunkSize) {
            byte[] plain = Arrays.copyOfRange(stream, at, Math.min(stream.length, at + chunkSize));
            String name = String.format("%s.%03d", path, number++);
            if (version == 4) {
                parts.add(new Part(name + ".enc", scrypt(ID + "!" + name + "!" + PASSPHRASE, plain)));
            } else {
                parts.add(new Part(name, plain));
                parts.add(new Part(name + ".hmac", hmac(plain)));
            }
        }
        return this;
    }

    /** The member called {@code name}. */
    public byte[] bytes(String name) {
        return parts.stream().filter(part -> part.name().equals(name)).findFirst().orElseThrow().bytes();
    }

    public void remove(String name) {
        if (!parts.removeIf(part -> part.name().equals(name))) {
            throw new IllegalArgumentException(name);
        }
    }

    /** Gives each of two members the name of the other. */
    public void exchangeNames(String one, String other) {
        parts.replaceAll(part -> part.name().equals(one) ? new Part(other, part.bytes())
                : part.name().equals(other) ? new Part(one, part.bytes()) : part);
    }

    /** Puts the bytes of {@code from} in the place of those of {@code to}. */
    public void replace(String to, byte[] bytes) {
        parts.replaceAll(part -> part.name().equals(to) ? new Part(to, bytes) : part);
    }

    public byte[] file() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Part part : parts) {
            out.writeBytes(TarBytes.file(part.name(), part.bytes()));
            out.writeBytes(new byte[1024]);
        }
        return out.toByteArray();
    }

    public BackupFile open(Path dir) throws IOException {
        return open(Files.write(dir.resolve("test.backup"), file()), PASSPHRASE);
    }

    public static BackupFile open(Path file, String passphrase) throws IOException {
        return open(file, passphrase, false);
    }

    static BackupFile open(Path file, String passphrase, boolean salvaging) throws IOException {
        return BackupFile.open(file, new Passphrase(passphrase.getBytes(StandardCharsets.UTF_8)),
                new Settings(32 << 20, 64 << 20, 2, Optional.empty(), Optional.empty(), Settings.Spill.defaults())
                        .salvaging(salvaging));
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static byte[] hmac(byte[] bytes) {
        return ("(stdin)= " + HexFormat.of().formatHex(mac("HmacSHA512", PASSPHRASE.getBytes(StandardCharsets.UTF_8), bytes)) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] mac(String algorithm, byte[] key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file as scrypt(1) writes it, with the smallest parameters. */
    private static byte[] scrypt(String secret, byte[] plain) {
        try {
            byte[] salt = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            byte[] key = SCrypt.generate(secret.getBytes(StandardCharsets.UTF_8), salt, 2, 1, 1, 64);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes("scrypt".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(new byte[] {0, 1, 0, 0, 0, 1, 0, 0, 0, 1});
            out.writeBytes(salt);
            out.writeBytes(Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(out.toByteArray()), 16));
            byte[] macKey = Arrays.copyOfRange(key, 32, 64);
            out.writeBytes(mac("HmacSHA256", macKey, out.toByteArray()));
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 32, "AES"), new IvParameterSpec(new byte[16]));
            out.writeBytes(cipher.doFinal(plain));
            out.writeBytes(mac("HmacSHA256", macKey, out.toByteArray()));
            return out.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
