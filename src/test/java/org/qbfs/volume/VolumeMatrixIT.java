// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Version 2 with volumes so small that every part of a tar archive comes to lie across two of them. */
class VolumeMatrixIT {
    @TempDir
    static Path directory;

    @ParameterizedTest
    @CsvSource({"2048, --no-encrypted, --no-compressed", "3072, --encrypted, --compressed"})
    void readsWhatLiesAcrossVolumes(String size, String encrypted, String compressed) throws Exception {
        SourceTree tree = tree(directory.resolve(size + encrypted + compressed), encrypted.equals("--encrypted")
                ? SourceTree.Layout.NUMBERS : SourceTree.Layout.NAMES);
        Path made = MadeBackup.make(tree, directory.resolve("backup"),
                List.of("--version", "2", "--chunk-size", size, encrypted, compressed));
        try (BackupFile backup = MadeBackup.open(made)) {
            tree.compare(backup, false);
        }
    }

    private static SourceTree tree(Path top, SourceTree.Layout layout) throws Exception {
        SourceTree tree = SourceTree.make(top, layout, false);
        // Each volume costs some processes, so there is less; an image's map takes more than one block.
        for (String image : List.of(tree.image(), layout.work + "/all-hole.img", layout.fedora + "/root.img",
                "dom0-home/user/disk.img")) {
            Files.delete(top.resolve(image));
        }
        for (String image : List.of(tree.image(), "dom0-home/user/disk.img")) {
            try (RandomAccessFile file = new RandomAccessFile(top.resolve(image).toFile(), "rw")) {
                for (int i = 0; i < 40; i++) {
                    file.seek(i * 8192L);
                    file.write(1 + i);
                }
                file.setLength(400_000);
            }
            Files.setLastModifiedTime(top.resolve(image), FileTime.fromMillis(1_300_000_000_000L));
        }
        for (int i = 3; i < 12; i++) {
            Files.delete(top.resolve(layout.work + "/apps.templates/entry-" + i + ".desktop"));
        }
        for (int i = 0; i < 8; i++) {
            Path file = top.resolve("dom0-home/user/" + "n".repeat(101 + i) + i);
            Files.writeString(file, "x".repeat(i * 97));
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_300_000_001_000L));
        }
        return tree;
    }
}
