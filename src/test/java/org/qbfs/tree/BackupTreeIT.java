// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qbfs.error.QbfsException;
import org.qbfs.backup.Chunk;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.TestBackup;

/** Backups made by the real tools. */
class BackupTreeIT {
    private static final int CHUNK = 102_400;

    @TempDir
    Path dir;

    private static byte[] image() {
        byte[] image = new byte[3_000_000];
        byte[] noise = new byte[4096];
        Random random = new Random(12);
        for (int at = 0; at + 4096 < image.length; at += 4096 * (1 + random.nextInt(5))) {
            random.nextBytes(noise);
            System.arraycopy(noise, 0, image, at, 4096);
        }
        return image;
    }

    private Path make(String... options) throws Exception {
        Path tree = Files.createDirectories(dir.resolve("tree/vm1")).getParent();
        Files.writeString(tree.resolve("qubes.xml"), "<qubes/>");
        Files.write(tree.resolve("vm1/private.img"), image());
        Files.createDirectories(tree.resolve("vm1/apps/deeper"));
        Files.writeString(tree.resolve("vm1/apps/deeper/one.desktop"), "one");
        Path out = dir.resolve("out.backup");
        List<String> command = new ArrayList<>(List.of("src/test/scripts/make-backup"));
        command.addAll(List.of(options));
        command.addAll(List.of("--chunk-size", "" + CHUNK, tree.toString(), out.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(dir.resolve("said").toFile());
        builder.environment().put("QBFS_PASSPHRASE", TestBackup.PASSPHRASE);
        assertEquals(0, builder.start().waitFor(), () -> {
            try {
                return Files.readString(dir.resolve("said"));
            } catch (java.io.IOException e) {
                return e.toString();
            }
        });
        return out;
    }

    private static ByteSource image(BackupFile backup) throws Exception {
        return ((RegularFile) BackupTree.of(backup).find("vm1/private.img").orElseThrow()).contents();
    }

    @ParameterizedTest
    @CsvSource({"4,--no-compressed,gnu", "4,--compressed,pax10", "3,--compressed,gnu", "3,--no-compressed,pax10", "2,--compressed,gnu",
        "2,--no-compressed,none"})
    void readsWhatTheToolsWroteAndFailsWhatIsDamaged(String version, String compressed, String sparse) throws Exception {
        Path file = make("--version", version, compressed, "--sparse", sparse);
        byte[] truth = image();
        Chunk damaged;
        try (BackupFile backup = TestBackup.open(file, TestBackup.PASSPHRASE)) {
            assertEquals(List.of(), backup.problems());
            ByteSource image = image(backup);
            assertEquals(truth.length, image.size());
            ByteSourceContract.randomReads(image, truth, new Random(2), 300);
            assertArrayEquals(truth, image.readBytes(0, truth.length));
            RegularFile small = (RegularFile) BackupTree.of(backup).find("vm1/apps/deeper/one.desktop").orElseThrow();
            assertArrayEquals("one".getBytes(java.nio.charset.StandardCharsets.US_ASCII), small.contents().readBytes(0, 3));
            List<Chunk> chunks = backup.catalog().group("vm1/private.img").orElseThrow().chunks();
            assertTrue(chunks.size() > 5, chunks.size() + " chunks");
            damaged = chunks.get(chunks.size() / 2);
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(damaged.member().dataOffset() + 1000);
            int old = bytes.read();
            bytes.seek(damaged.member().dataOffset() + 1000);
            bytes.write(old ^ 4);
        }
        try (BackupFile backup = TestBackup.open(file, TestBackup.PASSPHRASE)) {
            ByteSource image = image(backup);
            int right = 0;
            int wrong = 0;
            for (int at = 0; at < truth.length; at += 4096) {
                int length = Math.min(4096, truth.length - at);
                ByteBuffer dst = ByteBuffer.allocate(length);
                try {
                    image.read(at, dst);
                } catch (QbfsException e) {
                    assertTrue(e.getMessage().contains("chunk " + damaged.member().name()), e.getMessage());
                    wrong++;
                    continue;
                }
                assertArrayEquals(Arrays.copyOfRange(truth, at, at + length), dst.array(), "at " + at);
                right++;
            }
            assertTrue(wrong > 0, "the damage is noticed");
            boolean stream = compressed.equals("--compressed") && !version.equals("2");
            // A chunk of stored blocks with the holes between them; in one compressed stream all behind it, too.
            assertTrue(stream ? right >= 300 : right >= 600, right + " of " + (right + wrong));
            assertThrows(QbfsException.class, () -> image.readBytes(0, truth.length));
        }
    }
}
