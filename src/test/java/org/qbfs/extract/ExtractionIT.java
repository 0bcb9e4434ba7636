// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.tree.BackupTree;
import org.qbfs.volume.BackupFile;

/** Files of backups that the real tools made, extracted and compared with those that were archived. */
class ExtractionIT {
    private static final List<String> FILES = List.of("work/private.img", "work/firewall.xml", "personal/private.img",
            "dom0/user/note", "dom0/user/Documents/ünï code", "dom0/user/Documents/the same note");

    @TempDir
    static Path shared;
    private static SampleBackup sample;
    private static Path version4;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        sample = SampleBackup.make(shared.resolve("tree"));
        version4 = sample.backup(shared.resolve("v4"));
    }

    private static final class Silent implements Extraction.Watcher {
        final List<String> failed = new ArrayList<>();
        long read;

        @Override
        public void begins(String path) {}

        @Override
        public void read(long bytes) {
            read += bytes;
        }

        @Override
        public void failed(String path, IOException why) {
            failed.add(path);
        }
    }

    private static Silent extract(Path backup, Path target, boolean replace, boolean keepDamaged, String... paths)
            throws IOException {
        Silent watcher = new Silent();
        try (BackupFile file = SampleBackup.open(backup)) {
            Plan plan = Plan.of(BackupTree.of(file), Arrays.asList(paths));
            try (Extraction extraction = new Extraction(plan, new Extraction.Settings(replace, keepDamaged), watcher)) {
                extraction.run(target);
            }
            if (watcher.failed.isEmpty()) {
                assertEquals(plan.dataBytes(), watcher.read);
            }
        }
        return watcher;
    }

    private static void compare(Path target) throws IOException {
        for (String file : FILES) {
            assertEquals(-1, Files.mismatch(sample.original(file), target.resolve(file)), file);
            assertEquals(Files.getLastModifiedTime(sample.original(file)).toInstant().getEpochSecond(),
                    Files.getLastModifiedTime(target.resolve(file)).toInstant().getEpochSecond(), file);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(path -> !Files.isDirectory(path)).map(path -> directory.relativize(path).toString()).sorted().toList();
        }
    }

    /** Blocks of 512 bytes. */
    private static long allocated(Path file) throws IOException, InterruptedException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        String said = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertEquals(0, stat.waitFor());
        return Long.parseLong(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version 4", "--version 4 --no-compressed --sparse pax10", "--version 3", "--version 2",
        "--version 3 --no-encrypted --no-compressed"})
    void extractsAllFilesTimesLinksAndHoles(String options) throws IOException, InterruptedException {
        Path backup = sample.backup(directory.resolve("backup"), options.split(" "));
        Path target = directory.resolve("out");
        assertEquals(List.of(), extract(backup, target, false, false, "").failed);
        compare(target);
        Path user = target.resolve("dom0/user");
        assertEquals(Path.of("../../nowhere"), Files.readSymbolicLink(user.resolve("out of it")));
        assertEquals(Path.of("Documents"), Files.readSymbolicLink(user.resolve("documents")));
        assertEquals(Files.getAttribute(user.resolve("note"), "unix:ino"),
                Files.getAttribute(user.resolve("Documents/the same note"), "unix:ino"));
        assertEquals(1_500_000_000, Files.getLastModifiedTime(user.resolve("Documents")).toInstant().getEpochSecond());
        long blocks = allocated(target.resolve("work/private.img"));
        assertTrue(blocks <= 600, "a sparse image of 3 MiB takes " + blocks + " blocks");
        assertTrue(Files.isWritable(target.resolve("work/private.img")));
    }

    @Test
    void extractsOnlyWhatIsAskedFor() throws IOException {
        extract(version4, directory, false, false, "work/private.img", "dom0/user/Documents");
        assertEquals(List.of("dom0/user/Documents/the same note", "dom0/user/Documents/ünï code", "work/private.img"),
                names(directory));
    }

    @Test
    void refusesToReplaceUnlessToldTo() throws IOException {
        Files.createDirectories(directory.resolve("personal"));
        Files.writeString(directory.resolve("personal/private.img"), "mine");
        assertThrows(TargetError.class, () -> extract(version4, directory, false, false, ""));
        assertEquals(List.of("personal/private.img"), names(directory));
        assertEquals("mine", Files.readString(directory.resolve("personal/private.img")));
        extract(version4, directory, true, false, "");
        compare(directory);
        extract(version4, directory, true, false, "");
        compare(directory);
        assertTrue(names(directory).stream().noneMatch(name -> name.contains(".qbfs-")));
    }

    @Test
    void followsNoLinkInTheTarget() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path target = Files.createDirectory(directory.resolve("out"));
        Files.createSymbolicLink(target.resolve("work"), elsewhere);
        assertThrows(TargetError.class, () -> extract(version4, target, false, false, "work"));
        assertEquals(List.of("work/firewall.xml", "work/private.img"),
                extract(version4, target, true, false, "work").failed.stream().sorted().toList());
        assertEquals(List.of(), names(elsewhere));
        // A link in place of a file is replaced, and what it leads to stays.
        Path victim = Files.writeString(directory.resolve("victim"), "untouched");
        Files.createDirectory(target.resolve("personal"));
        Files.createSymbolicLink(target.resolve("personal/private.img"), victim);
        extract(version4, target, true, false, "personal");
        assertEquals("untouched", Files.readString(victim));
        assertEquals(-1, Files.mismatch(sample.original("personal/private.img"), target.resolve("personal/private.img")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-compressed", "--compressed"})
    void damageFailsItsFileAlone(String compression) throws IOException, InterruptedException {
        Path backup = sample.backup(directory.resolve("backup"), compression);
        Path damaged = SampleBackup.flip(backup, directory.resolve("damaged"), "vm2/private.img.001.enc", 5000);
        Path target = directory.resolve("out");
        assertEquals(List.of("personal/private.img"), extract(damaged, target, false, false, "").failed);
        List<String> names = names(target);
        assertFalse(names.stream().anyMatch(name -> name.contains("personal")), names::toString);
        assertTrue(names.contains("work/private.img"));
        assertThrows(CorruptData.class, () -> {
            throw extractFirstFailure(damaged, directory.resolve("other"));
        });
    }

    private static IOException extractFirstFailure(Path damaged, Path target) throws IOException {
        try (BackupFile file = SampleBackup.open(damaged); Extraction extraction = new Extraction(
                Plan.of(BackupTree.of(file), List.of("personal")), new Extraction.Settings(false, false), new Silent())) {
            return extraction.run(target).getFirst().why();
        }
    }

    @Test
    void keepsWhatIsWholeOfADamagedFileAndListsTheRest() throws IOException, InterruptedException {
        Path backup = sample.backup(directory.resolve("backup"), "--no-compressed");
        Path damaged = SampleBackup.flip(backup, directory.resolve("damaged"), "vm2/private.img.001.enc", 5000);
        Path target = directory.resolve("out");
        assertEquals(List.of("personal/private.img"), extract(damaged, target, false, true, "").failed);
        // The tar header takes 512 bytes of the first chunk.
        int from = SampleBackup.CHUNK - 512;
        int to = 2 * SampleBackup.CHUNK - 512;
        byte[] expected = Files.readAllBytes(sample.original("personal/private.img"));
        Arrays.fill(expected, from, to, (byte) 0);
        assertArrayEquals(expected, Files.readAllBytes(target.resolve("personal/private.img")));
        List<String> list = Files.readAllLines(target.resolve("personal/private.img.damage.txt"));
        assertEquals(3, list.size(), list::toString);
        assertTrue(list.get(2).startsWith(from + "\t" + to + "\t"), list.get(2));
        assertTrue(list.get(2).contains("vm2/private.img.001"), list.get(2));
        assertFalse(Files.exists(target.resolve("work/private.img.damage.txt")));
    }

    @Test
    void leavesNothingUnderItsNameWhenItIsEnded() throws IOException {
        try (BackupFile file = SampleBackup.open(version4)) {
            Plan plan = Plan.of(BackupTree.of(file), List.of("personal"));
            Extraction[] extraction = new Extraction[1];
            Extraction.Watcher ends = new Extraction.Watcher() {
                @Override
                public void begins(String path) {}

                @Override
                public void read(long bytes) {
                    extraction[0].end();
                }

                @Override
                public void failed(String path, IOException why) {}
            };
            extraction[0] = new Extraction(plan, new Extraction.Settings(false, false), ends);
            try (Extraction closed = extraction[0]) {
                assertThrows(TargetError.class, () -> closed.run(directory));
            }
        }
        assertEquals(List.of(), names(directory));
    }
}
