// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.qbfs.backup.Member;
import org.qbfs.cli.Program.Result;
import org.qbfs.error.QbfsException;
import org.qbfs.extract.SampleBackup;
import org.qbfs.extract.SampleBackup.Archive;
import org.qbfs.tar.TarBytes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.volume.BackupFile;

/**
 * What each kind of damage of a backup does to the tree, to {@code verify} and to {@code extract}: what is not named as lost
 * is byte for byte what was archived, and what is lost is an error.
 */
class DamageIT {
    private static final String PERSONAL = "personal/private.img";
    private static final String CHUNK_1 = "vm2/private.img.001";
    private static final List<String> FILES = List.of("work/private.img", "work/firewall.xml", PERSONAL, "dom0/user/note",
            "dom0/user/Documents/ünï code");

    @TempDir
    static Path shared;
    private static SampleBackup sample;
    private static final Map<Version, Path> WHOLE = new EnumMap<>(Version.class);

    @TempDir
    Path directory;

    /** Not compressed, so that a chunk is a range. */
    enum Version {
        FOUR(".enc", "--no-compressed"),
        THREE("", "--version", "3", "--no-encrypted", "--no-compressed");

        final String suffix;
        final String[] options;

        Version(String suffix, String... options) {
            this.suffix = suffix;
            this.options = options;
        }

        Path whole() {
            return WHOLE.get(this);
        }

        String member(String chunk) {
            return chunk + suffix;
        }
    }

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        sample = SampleBackup.make(shared.resolve("tree"));
        for (Version version : Version.values()) {
            WHOLE.put(version, sample.backup(shared.resolve(version.name()), version.options));
        }
    }

    /** What a command is to end with, and to say. */
    private record Says(int code, String... words) {
        void check(Result result) {
            assertEquals(code, result.code(), result::toString);
            for (String word : words) {
                assertTrue((result.out() + result.errors()).contains(word), () -> "no \"" + word + "\" in " + result);
            }
            assertFalse(result.errors().contains("Exception"), result::toString);
        }
    }

    private void require(Path bad, Set<String> lost, Says verify, Says extract) throws IOException, InterruptedException {
        require(bad, lost, UnaryOperator.identity(), verify, extract);
    }

    /** {@code shown} gives the name that a file has in the damaged backup. */
    private void require(Path bad, Set<String> lost, UnaryOperator<String> shown, Says verify, Says extract)
            throws IOException, InterruptedException {
        Set<String> failed = new HashSet<>();
        try (BackupFile file = SampleBackup.open(bad)) {
            for (String path : FILES) {
                try {
                    byte[] expected = Files.readAllBytes(sample.original(path));
                    Optional<Node> node = BackupTree.of(file).find(shown.apply(path));
                    if (node.isEmpty()) {
                        failed.add(path);
                    } else {
                        RegularFile found = (RegularFile) node.get();
                        assertEquals(expected.length, found.attributes().size(), path);
                        assertArrayEquals(expected, found.contents().readBytes(0, expected.length), path);
                    }
                } catch (QbfsException e) {
                    failed.add(path);
                }
            }
        }
        assertEquals(lost, failed);
        Program program = new Program(directory);
        verify.check(program.run("verify", "--no-progress", bad.toString()));
        Path out = directory.resolve("out");
        extract.check(program.run("extract", "--no-progress", "--no-index", bad.toString(), "--all", "-C", out.toString()));
        for (String path : FILES) {
            Path copy = out.resolve(shown.apply(path));
            if (lost.contains(path)) {
                assertFalse(Files.exists(copy), path);
            } else {
                assertEquals(-1, Files.mismatch(sample.original(path), copy), path);
            }
        }
    }

    private Path rearranged(Version version, UnaryOperator<List<Archive>> change) throws IOException {
        return SampleBackup.rearrange(version.whole(), directory.resolve("bad"), change);
    }

    private Path flipped(Version version, String member, int offset) throws IOException {
        return SampleBackup.flip(version.whole(), directory.resolve("bad"), member, offset);
    }

    /** With zeros in {@code [start, end)}. */
    private Path holed(Version version, long start, long end) throws IOException {
        byte[] bytes = Files.readAllBytes(version.whole());
        Arrays.fill(bytes, (int) start, (int) end, (byte) 0);
        return Files.write(directory.resolve("bad"), bytes);
    }

    private static List<Archive> only(List<Archive> all, String prefix) {
        return all.stream().filter(archive -> archive.name().startsWith(prefix)).toList();
    }

    private static List<Archive> without(List<Archive> all, String prefix) {
        List<Archive> others = new ArrayList<>(all);
        others.removeAll(only(all, prefix));
        return others;
    }

    private static List<Archive> and(List<Archive> all, List<Archive> more) {
        List<Archive> joined = new ArrayList<>(all);
        joined.addAll(more);
        return joined;
    }

    private static Archive archive(String name, byte[] bytes) {
        return new Archive(name, TarBytes.join(TarBytes.file(name, bytes), new byte[1024]));
    }

    @ParameterizedTest
    @EnumSource
    void aMissingMemberCostsItsRange(Version version) throws IOException, InterruptedException {
        require(rearranged(version, all -> without(all, CHUNK_1)), Set.of(PERSONAL),
                new Says(4, CHUNK_1, "the chunk is missing"), new Says(4, CHUNK_1, "the chunk is missing"));
    }

    @Test
    void aMacWithoutItsChunkIsTold() throws IOException, InterruptedException {
        // The last one, so that no number tells.
        String chunk = "vm2/private.img.004";
        require(rearranged(Version.THREE, all -> all.stream().filter(archive -> !archive.name().equals(chunk)).toList()), Set.of(),
                new Says(4, chunk, "missing: only the chunk's MAC is there"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void aMissingVmIsTold(Version version) throws IOException, InterruptedException {
        Says told = new Says(4, "work", "qubes.xml says that the backup holds this VM");
        require(rearranged(version, all -> without(all, "vm1/")), Set.of("work/private.img", "work/firewall.xml"), told, told);
    }

    @ParameterizedTest
    @EnumSource
    void aSurplusMemberIsToldAndHurtsNothing(Version version) throws IOException, InterruptedException {
        require(rearranged(version, all -> and(all, List.of(archive("stranger.txt", "hello".getBytes())))), Set.of(),
                new Says(4, "stranger.txt: surplus"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void aSurplusChunkIsTold(Version version) throws IOException, InterruptedException {
        // As chunk 005 of five.
        Path whole = version.whole();
        List<Archive> more = new ArrayList<>();
        for (String suffix : version == Version.THREE ? List.of("", ".hmac") : List.of(".enc")) {
            Member chunk = SampleBackup.member(whole, CHUNK_1 + suffix);
            more.add(archive("vm2/private.img.005" + suffix, Arrays.copyOfRange(Files.readAllBytes(whole),
                    (int) chunk.dataOffset(), (int) chunk.end())));
        }
        require(rearranged(version, all -> and(all, more)), Set.of(), new Says(4, version == Version.THREE
                ? "bytes that are no zeros lie behind the end of the archive" : "vm2/private.img.005"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void ofADoubleMemberTheFirstIsUsed(Version version) throws IOException, InterruptedException {
        // The second one is damaged, and nobody minds.
        require(rearranged(version, all -> and(all, only(all, CHUNK_1).stream()
                        .map(archive -> archive(archive.name(), new byte[50_000])).toList())), Set.of(),
                new Says(4, "is there a second time; the first, at", "is used"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void theOrderOfMembersHurtsNothing(Version version) throws IOException, InterruptedException {
        require(rearranged(version, List::reversed), Set.of(), new Says(4, "lies before one of a lower number: nothing is lost"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void garbageAtTheEndHurtsNothing(Version version) throws IOException, InterruptedException {
        byte[] bytes = Files.readAllBytes(version.whole());
        byte[] more = Arrays.copyOf(bytes, bytes.length + 70_000);
        Arrays.fill(more, bytes.length, more.length, (byte) 'x');
        require(Files.write(directory.resolve("bad"), more), Set.of(),
                new Says(4, "no tar header", "[" + bytes.length + ", " + more.length + ")"), new Says(0));
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatWasCutOffKeepsWhatIsWhole(Version version) throws IOException, InterruptedException {
        Member cut = SampleBackup.member(version.whole(), version.member("vm2/private.img.002"));
        Path bad = Files.write(directory.resolve("bad"), Arrays.copyOf(Files.readAllBytes(version.whole()), (int) cut.dataOffset() + 1000));
        Says told = new Says(4, "vm2/private.img.002", "cut off", "dom0");
        require(bad, Set.of(PERSONAL, "dom0/user/note", "dom0/user/Documents/ünï code"), told, told);
    }

    @ParameterizedTest
    @CsvSource({"3", "8", "40", "90"})
    void theHeaderOfVersion4IsHadFromItsMac(int offset) throws IOException, InterruptedException {
        String word = "the copy of it in backup-header.hmac is authentic, and is used";
        require(flipped(Version.FOUR, "backup-header", offset), Set.of(), new Says(4, word), new Says(0, word));
    }

    @ParameterizedTest
    @EnumSource(names = "FOUR")
    void theHeaderOfVersion4IsHadFromItsMacWhenItIsLost(Version version) throws IOException, InterruptedException {
        require(holed(version, 0, 10_240), Set.of(), new Says(4, "backup-header: missing"), new Says(0, "backup-header: missing"));
    }

    @ParameterizedTest
    @CsvSource({"2", "40", "70", "110"})
    void theMacOfTheHeaderOfVersion4CanBeDoneWithout(int offset) throws IOException, InterruptedException {
        String word = "opens under the backup ID of backup-header";
        require(flipped(Version.FOUR, "backup-header.hmac", offset), Set.of(), new Says(4, word), new Says(0, word));
    }

    @ParameterizedTest
    @CsvSource({"backup-header, 3", "backup-header, 40", "backup-header.hmac, 40"})
    void theHeaderOfVersion3IsNeeded(String member, int offset) throws IOException, InterruptedException {
        requireRefused(flipped(Version.THREE, member, offset), new Says(3, "the passphrase is right", "another copy of the backup"));
    }

    @ParameterizedTest
    @EnumSource
    void withoutItsStartABackupIsNotOpened(Version version) throws IOException, InterruptedException {
        requireRefused(holed(version, 0, 20_480), new Says(4, "the start of the backup is lost"));
    }

    private void requireRefused(Path bad, Says refused) throws IOException, InterruptedException {
        Program program = new Program(directory);
        refused.check(program.run("verify", bad.toString()));
        refused.check(program.run("info", bad.toString()));
        refused.check(program.run("extract", bad.toString(), "--all", "-C", directory.resolve("out").toString()));
        assertFalse(Files.exists(directory.resolve("out")));
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheListVmsHaveNumbers(Version version) throws IOException, InterruptedException {
        Says told = new Says(4, "qubes.xml", "VMs are shown by number");
        require(flipped(version, version.member("qubes.xml.000"), 150), Set.of(),
                path -> path.replaceFirst("^work/", "vm1/").replaceFirst("^personal/", "vm2/"), told,
                new Says(0, "VMs are shown by number"));
    }

    @ParameterizedTest
    @EnumSource
    void aWrongMacCostsItsRange(Version version) throws IOException, InterruptedException {
        Says told = new Says(4, CHUNK_1, "the chunk's MAC does not verify");
        require(flipped(version, version.member(CHUNK_1), 5000), Set.of(PERSONAL), told, told);
    }

    /** The seventh byte of a chunk is the version of the scrypt format. */
    @Test
    void aDamagedVersionOfAChunkIsDamage() throws IOException, InterruptedException {
        Says told = new Says(4, CHUNK_1, "the checksum of the scrypt header does not match");
        require(flipped(Version.FOUR, Version.FOUR.member(CHUNK_1), 6), Set.of(PERSONAL), told, told);
    }

    @ParameterizedTest
    @EnumSource
    void aHoleInAChunkCostsItsRange(Version version) throws IOException, InterruptedException {
        Member chunk = SampleBackup.member(version.whole(), version.member(CHUNK_1));
        Says told = new Says(4, CHUNK_1, "the chunk's MAC does not verify");
        require(holed(version, chunk.dataOffset() + 4096, chunk.dataOffset() + 8192), Set.of(PERSONAL), told, told);
    }

    @ParameterizedTest
    @EnumSource
    void aHoleOverAHeaderCostsItsMember(Version version) throws IOException, InterruptedException {
        Member chunk = SampleBackup.member(version.whole(), version.member(CHUNK_1));
        Says told = new Says(4, CHUNK_1, "the chunk is missing");
        require(holed(version, chunk.dataOffset() - 3000, chunk.dataOffset() + 3000), Set.of(PERSONAL), told, told);
    }

    @ParameterizedTest
    @EnumSource
    void aHoleOverWholeMembersIsNotTakenForTheirEnd(Version version) throws IOException, InterruptedException {
        Member first = SampleBackup.member(version.whole(), version.member(CHUNK_1));
        Member last = SampleBackup.member(version.whole(), version.member("vm2/private.img.004"));
        Says told = new Says(4, PERSONAL);
        // Up to the last chunk, so that no number tells that one is missing.
        require(holed(version, first.dataOffset() - 2048, last.end() + 2048), Set.of(PERSONAL), told, told);
    }

    @ParameterizedTest
    @EnumSource
    void aBackupWithoutDamageIsWhole(Version version) throws IOException, InterruptedException {
        require(version.whole(), Set.of(), new Says(0, "are whole and authentic"), new Says(0));
    }
}
