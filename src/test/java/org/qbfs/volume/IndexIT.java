// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.backup.Passphrase;
import org.qbfs.cli.Main;

/** What is kept of a backup from one opening to the next: that it helps, and that nothing done to it gives a wrong byte. */
class IndexIT {
    private static final long SEED = 20260105;

    @TempDir
    static Path shared;
    private static SourceTree tree;
    private static SourceTree old;
    private static Path version4;
    private static Path version3;

    @TempDir
    Path index;

    @BeforeAll
    static void make() throws Exception {
        tree = SourceTree.make(shared.resolve("tree"), SourceTree.Layout.NUMBERS, true);
        version4 = MadeBackup.make(tree, shared.resolve("version4"), List.of("--chunk-size", "7777"));
        old = SourceTree.make(shared.resolve("old"), SourceTree.Layout.NUMBERS, false);
        version3 = MadeBackup.make(old, shared.resolve("version3"), List.of("--version", "3", "--chunk-size", "7777"));
    }

    private BackupFile open(Path backup, Passphrase passphrase) throws IOException {
        return BackupFile.open(backup, passphrase,
                new Settings(16 << 20, 64 << 20, 2, Optional.empty(), Optional.of(index), Settings.Spill.defaults()));
    }

    private static Passphrase passphrase() {
        return new Passphrase(MadeBackup.PASSPHRASE.getBytes(StandardCharsets.UTF_8));
    }

    private void compare(Path backup) throws Exception {
        try (BackupFile opened = open(backup, passphrase())) {
            assertEquals(List.of(), opened.problems());
            (backup.equals(version4) ? tree : old).compare(opened, true);
        }
    }

    private void learn(Path backup) throws IOException {
        try (BackupFile opened = open(backup, passphrase())) {
            new Learner(opened, false, (done, what) -> {}).run();
            assertTrue(opened.indexSize() > 1000);
        }
    }

    private Path indexFile() throws IOException {
        try (Stream<Path> files = Files.list(index)) {
            return files.filter(file -> file.toString().endsWith(".index")).findFirst().orElseThrow();
        }
    }

    @Test
    void whatWasLearnedNeedsThePassphraseNoMore() throws Exception {
        learn(version4);
        Passphrase passphrase = passphrase();
        try (BackupFile opened = open(version4, passphrase)) {
            // From here on any key that is derived is a wrong one.
            passphrase.close();
            tree.compare(opened, true);
        }
    }

    @Test
    void withoutAnIndexThePassphraseIsNeeded() throws Exception {
        Passphrase passphrase = passphrase();
        try (BackupFile opened = open(version4, passphrase)) {
            passphrase.close();
            boolean failed = false;
            try {
                tree.compare(opened, true);
            } catch (IOException e) {
                failed = true;
            }
            assertTrue(failed);
        }
    }

    @Test
    void version3IsLearnedToo() throws Exception {
        learn(version3);
        compare(version3);
    }

    @Test
    void aDamagedIndexIsRebuiltAndGivesNoWrongByte() throws Exception {
        learn(version4);
        Path file = indexFile();
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(SEED);
        for (int i = 0; i < 12; i++) {
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (i % 3 != 0 && damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            compare(version4);
        }
    }

    @Test
    void anotherBackupOrAnotherPassphraseHasAnotherIndex() throws Exception {
        learn(version4);
        learn(version3);
        try (Stream<Path> files = Files.list(index)) {
            assertEquals(2, files.count());
        }
        byte[] before = Files.readAllBytes(indexFile());
        try {
            open(version4, new Passphrase("wrong".getBytes(StandardCharsets.UTF_8))).close();
        } catch (IOException expected) {
            assertFalse(expected.getMessage().isEmpty());
        }
        assertEquals(before.length, Files.size(indexFile()));
    }

    @Test
    void aKilledWriterLeavesAnIndexThatCanBeUsed() throws Exception {
        Random random = new Random(SEED);
        int grown = 0;
        for (int i = 0; i < 8; i++) {
            Process process = start("index", "--no-progress", "--index-dir", index.toString(), version4.toString());
            process.waitFor(400 + random.nextInt(1200), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            try (Stream<Path> files = Files.list(index)) {
                grown += files.anyMatch(file -> file.toString().endsWith(".index")) ? 1 : 0;
            }
            compare(version4);
        }
        assertTrue(grown > 0, "none lived long enough to write");
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("QBFS_PASSPHRASE", MadeBackup.PASSPHRASE);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return builder.start();
    }
}
