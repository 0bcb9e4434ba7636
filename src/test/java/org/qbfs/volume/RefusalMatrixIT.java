// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.RegularFile;

/** What every version refuses, and says so; and files of more chunks than three digits count. */
class RefusalMatrixIT {
    @TempDir
    static Path directory;

    private static SourceTree tree;

    @BeforeAll
    static void makeTree() throws IOException {
        tree = SourceTree.make(directory.resolve("tree"), SourceTree.Layout.NUMBERS, false);
    }

    @ParameterizedTest
    @CsvSource({"4, encrypted", "3, encrypted", "3, no-encrypted", "2, encrypted", "2, no-encrypted",
        "2-headerless, encrypted"})
    void refusesAWrongPassphrase(String version, String encrypted) throws Exception {
        Path made = make(List.of("--version", version, "--" + encrypted), "qubes.xml");
        for (String wrong : List.of("wrong", "", MadeBackup.PASSPHRASE.strip())) {
            WrongPassphrase refused = assertThrows(WrongPassphrase.class, () -> MadeBackup.open(made, wrong));
            assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
        }
        MadeBackup.open(made).close();
    }

    @ParameterizedTest
    @CsvSource({"1, 'a backup of version 1, which is a directory and not a file'",
        "5, 'version \"5\" of the backup format is not known (2, 3 and 4 are)'",
        "0x4, 'version \"0x4\" of the backup format is not known (2, 3 and 4 are)'"})
    void refusesOtherVersions(String version, String message) throws Exception {
        Path members = Files.createDirectories(directory.resolve("version-" + version));
        Files.writeString(members.resolve("backup-header"), "version=" + version + "\nencrypted=True\n");
        Files.writeString(members.resolve("backup-header.hmac"), "(stdin)= 00\n");
        Path made = pack(members, List.of("backup-header", "backup-header.hmac"));
        UnsupportedFormat refused = assertThrows(UnsupportedFormat.class, () -> MadeBackup.open(made));
        assertEquals(message, refused.what());
    }

    @Test
    void refusesTheDirectoryThatVersion1Was() throws Exception {
        Path made = Files.createDirectories(directory.resolve("qubes-2012-01-01"));
        Files.writeString(made.resolve("qubes.xml"), "<QubesVmCollection/>");
        UnsupportedFormat refused = assertThrows(UnsupportedFormat.class, () -> MadeBackup.open(made));
        assertTrue(refused.what().contains("version 1"), refused.what());
    }

    @ParameterizedTest
    @CsvSource({"3, encrypted", "3, no-encrypted", "2, encrypted", "2, no-encrypted", "2-headerless, encrypted"})
    void refusesTheFileOfOneVmUnderTheNameOfAnother(String version, String encrypted) throws Exception {
        Path made = make(List.of("--version", version, "--" + encrypted), "qubes.xml", "vm1/private.img", "vm4/root.img");
        Path members = MadeBackup.unpack(made, directory.resolve("moved-" + version + encrypted));
        for (String suffix : List.of("", ".hmac")) {
            Files.move(members.resolve("vm1/private.img.000" + suffix), members.resolve("vm4/private.img.000" + suffix));
        }
        List<String> names = new ArrayList<>();
        if (!version.equals("2-headerless")) {
            names.addAll(List.of("backup-header", "backup-header.hmac"));
        }
        for (String name : List.of("qubes.xml.000", "vm4/private.img.000", "vm4/root.img.000")) {
            names.addAll(List.of(name, name + ".hmac"));
        }
        try (BackupFile backup = MadeBackup.open(pack(members, names))) {
            BackupTree files = BackupTree.of(backup);
            CorruptData refused = assertThrows(CorruptData.class, () -> files.find("fedora/private.img"));
            assertTrue(refused.getMessage().contains("vm1/private.img"), refused.getMessage());
            RegularFile other = assertInstanceOf(RegularFile.class, files.find("fedora/root.img").orElseThrow());
            assertEquals(SourceTree.IMAGE_SIZE, other.contents().readBytes(0, SourceTree.IMAGE_SIZE).length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "2"})
    void readsFilesOfMoreThanAThousandChunks(String version) throws Exception {
        byte[] expected = new byte[1005 * 512];
        new Random(5).nextBytes(expected);
        Files.write(tree.top().resolve("vm1/large.img"), expected);
        // A volume of version 2 holds a header of 512 bytes, and as much data.
        Path made = make(List.of("--version", version, "--no-compressed", "--sparse", "none", "--chunk-size",
                version.equals("2") ? "1024" : "512"), "qubes.xml", "vm1/large.img");
        try (BackupFile backup = MadeBackup.open(made)) {
            assertTrue(backup.catalog().member("vm1/large.img.1000").isPresent());
            RegularFile image = assertInstanceOf(RegularFile.class, BackupTree.of(backup).find("work/large.img").orElseThrow());
            for (int end : new int[] {999, 1000, 1001}) {
                byte[] seam = image.contents().readBytes(end * 512 - 100, 200);
                assertArrayEquals(Arrays.copyOfRange(expected, end * 512 - 100, end * 512 + 100), seam);
            }
            assertArrayEquals(expected, image.contents().readBytes(0, expected.length));
        }
    }

    private static Path make(List<String> options, String... paths) throws Exception {
        return MadeBackup.make(tree, directory.resolve("backup"), options, paths);
    }

    /** Members as an outer file. */
    private static Path pack(Path members, List<String> names) throws Exception {
        Path packed = directory.resolve("packed");
        List<String> command = new ArrayList<>(List.of("tar", "--posix", "-c", "-f", packed.toString(), "-C", members.toString()));
        command.addAll(names);
        MadeBackup.run(command);
        return packed;
    }
}
