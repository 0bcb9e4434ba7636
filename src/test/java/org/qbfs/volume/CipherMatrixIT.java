// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole backups of versions 2 and 3 with what users could choose: ciphers, digests, and how the tools spelt MACs. */
class CipherMatrixIT {
    @TempDir
    static Path directory;

    private static SourceTree tree;

    @BeforeAll
    static void makeTree() throws IOException {
        tree = SourceTree.make(directory.resolve("tree"), SourceTree.Layout.NUMBERS, false);
    }

    @ParameterizedTest
    @CsvSource({
        "3, camellia-256-cbc, sha1", "2, camellia-128-cbc, SHA384",
        "3, des-ede3-cbc, ripemd160", "2, DES-EDE3-CBC, RIPEMD160",
        "3, bf-cbc, whirlpool", "2, bf-cbc, whirlpool",
        "3, aes-256-ctr, sha3-512", "2, aes-256-ctr, sha3-512",
        "3, aes-128-ofb, blake2b512", "2, aes-192-ofb, blake2s256",
        "3, aes-192-cfb, SHA224", "2, aes-256-cfb, md5",
        "3, cast5-cbc, sha3-256", "3, seed-cbc, SHA256", "3, AES-256-CBC, sha512-256",
    })
    void readsEveryCipherAndDigest(String version, String cipher, String digest) throws Exception {
        Path made = MadeBackup.make(tree, directory.resolve("backup"), List.of("--version", version, "--chunk-size", "20480",
                "--cipher", cipher, "--hmac", digest), "qubes.xml", tree.image());
        try (BackupFile backup = MadeBackup.open(made)) {
            assertEquals(Optional.of(cipher), backup.header().cryptoAlgorithm());
            assertEquals(digest, backup.header().hmacAlgorithm());
            assertTrue(MadeBackup.chunks(backup, tree.image()) > 1);
            tree.compareImage(backup);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "openssl3"})
    void readsMacsHoweverTheyAreSpelt(String spelling) throws Exception {
        Path made = make("3", "--hmac-text", spelling);
        Path members = MadeBackup.unpack(made, directory.resolve(spelling));
        String text = Files.readString(members.resolve("qubes.xml.000.hmac"));
        assertTrue(text.startsWith(spelling.equals("name") ? "HMAC-SHA512(qubes.xml.000)= " : "SHA2-512(stdin)= "), text);
        try (BackupFile backup = MadeBackup.open(made)) {
            tree.compare(backup, true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2-headerless"})
    void readsZlibOutsideTheCipher(String version) throws Exception {
        Path made = make(version, "--openssl-z");
        Path members = MadeBackup.unpack(made, directory.resolve("z-" + version));
        byte[] chunk = Files.readAllBytes(members.resolve(tree.image() + ".000"));
        // RFC 1950: method 8, window of 32 KiB.
        assertEquals(0x78, chunk[0]);
        try (BackupFile backup = MadeBackup.open(made)) {
            tree.compare(backup, false);
        }
    }

    @Test
    void showsLinksThatWereArchivedAsLinks() throws Exception {
        Path made = make("3", "--no-dereference", "--whole-dir", "vm4");
        try (BackupFile backup = MadeBackup.open(made)) {
            tree.compare(backup, false);
        }
    }

    private static Path make(String version, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--version", version, "--chunk-size", "20480"));
        all.addAll(List.of(options));
        return MadeBackup.make(tree, directory.resolve("backup"), all);
    }
}
