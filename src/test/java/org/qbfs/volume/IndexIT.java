// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

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
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.Member;
import org.qbfs.backup.Passphrase;
import org.qbfs.cli.Main;
import org.qbfs.error.CorruptData;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;

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

    /** Path, kind, size, room taken, mode, time, and what is in it of holes, of each node. */
    private static Map<String, String> listing(BackupFile opened) throws IOException {
        Map<String, String> all = new TreeMap<>();
        list("", BackupTree.of(opened).root(), all);
        return all;
    }

    private static void list(String path, Node node, Map<String, String> all) throws IOException {
        if (!path.equals("/backup-header") && !path.equals("/qubes.xml")) {
            all.put(path, switch (node) {
                case Directory directory -> "directory " + Integer.toOctalString(directory.attributes().permissions());
                case SymbolicLink link -> "link to " + link.target() + " " + link.attributes().modified();
                case RegularFile file -> "file " + file.attributes().size() + " " + file.attributes().allocated() + " "
                        + file.attributes().modified() + " " + file.attributes().links() + " "
                        + file.sparse().map(map -> map.extents() + " " + map.imageEnd(map.extents() - 1)).orElse("");
            });
        }
        if (node instanceof Directory directory) {
            assertEquals(List.of(), directory.damage());
            for (String name : directory.names()) {
                list(path + "/" + name, directory.child(name).orElseThrow(), all);
            }
        }
    }

    /** All is listed although no chunk but those of the list of VMs can be used: so none was. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void listingCostsNoChunk(int version) throws Exception {
        Path intact = version == 4 ? version4 : version3;
        Path backup = Files.copy(intact, shared.resolve("spoilt" + version));
        Map<String, String> before;
        List<Chunk> chunks = new ArrayList<>();
        try (BackupFile opened = open(backup, passphrase())) {
            new Learner(opened, false, (done, what) -> {}).run();
            before = listing(opened);
            opened.catalog().groups().stream().filter(group -> !group.path().equals(BackupFile.INVENTORY))
                    .forEach(group -> chunks.addAll(group.chunks()));
        }
        assertTrue(before.size() > 40, before.toString());
        byte[] bytes = Files.readAllBytes(backup);
        for (Chunk chunk : chunks) {
            Member member = chunk.member();
            // All but what the layout knows the chunk by.
            Arrays.fill(bytes, (int) member.dataOffset(), (int) Math.max(member.dataOffset(), member.end() - 32), (byte) 7);
        }
        Files.write(backup, bytes);
        try (BackupFile opened = open(backup, passphrase())) {
            assertEquals(before, listing(opened));
            RegularFile image = (RegularFile) BackupTree.of(opened).find("work/private.img").orElseThrow();
            assertThrows(CorruptData.class, () -> image.contents().readBytes(0, 10));
        }
        Files.delete(backup);
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
