// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.backup.Member;
import org.qbfs.extract.SampleBackup;
import org.qbfs.extract.SampleBackup.Archive;
import org.qbfs.volume.BackupFile;

/** What is said of whole and of damaged backups that the real tools made. */
class VerificationIT {
    /** The tar header of an image takes so many bytes of the first chunk. */
    private static final int HEADER = 512;
    private static final String CHUNK_1 = "vm2/private.img.001";

    @TempDir
    static Path shared;
    private static SampleBackup sample;
    /** Not compressed, so that what is lost can be told to the byte. */
    private static Path plain;
    private static Path compressed;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        sample = SampleBackup.make(shared.resolve("tree"));
        plain = sample.backup(shared.resolve("plain"), "--no-compressed");
        compressed = sample.backup(shared.resolve("compressed"));
    }

    private static Report verify(Path backup, String... vms) throws IOException {
        try (BackupFile file = SampleBackup.open(backup)) {
            Verification verification = Verification.of(file, List.of(vms), 2);
            verification.run();
            assertTrue(verification.doneBytes() <= verification.totalBytes());
            return verification.report();
        }
    }

    /** The only finding; the states of all files must fit it. */
    private static Finding only(Report report) {
        assertEquals(1, report.findings().size(), report::toString);
        Finding finding = report.findings().getFirst();
        for (FileState file : report.files()) {
            boolean own = file.vm().equals(finding.vm()) && file.file().equals(finding.file());
            assertEquals(own ? FileState.State.DAMAGED : FileState.State.OK, file.state(), report::toString);
        }
        assertTrue(report.complete());
        return finding;
    }

    private static Finding.Range range(Path backup, String member) throws IOException {
        Member found = SampleBackup.member(backup, member);
        return new Finding.Range(found.dataOffset(), found.end());
    }

    private static Optional<Finding.Lost> lost(long from, long to) {
        return Optional.of(new Finding.Lost("", new Finding.Range(from, to), to - from));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version 4", "--version 4 --no-compressed --sparse pax10", "--version 3", "--version 2",
        "--version 2 --openssl-z", "--version 3 --no-encrypted --no-compressed", "--version 4 --whole-dir vm1"})
    void findsNothingInWholeBackups(String options) throws IOException, InterruptedException {
        Report report = verify(sample.backup(directory.resolve("backup"), options.split(" ")));
        assertEquals(List.of(), report.findings());
        assertTrue(report.complete());
        assertTrue(report.files().stream().allMatch(file -> file.state() == FileState.State.OK), report::toString);
        assertTrue(report.files().stream().allMatch(file -> file.chunks() == file.chunksRead() && file.chunks() > 0));
        assertEquals(report.files().size(), report.files().stream().map(file -> file.vm() + "/" + file.file())
                .collect(Collectors.toSet()).size());
    }

    @Test
    void namesChunkAndRangesOfAFlippedBit() throws IOException {
        Finding found = only(verify(SampleBackup.flip(plain, directory.resolve("bad"), CHUNK_1 + ".enc", 5000)));
        assertEquals(new Finding(Finding.Kind.DAMAGE, "personal", "private.img", CHUNK_1,
                Optional.of(range(plain, CHUNK_1 + ".enc")),
                lost(SampleBackup.CHUNK - HEADER, 2 * SampleBackup.CHUNK - HEADER), found.why()), found);
        assertTrue(found.why().contains("MAC"), found.why());
    }

    @Test
    void losesAllBehindAChunkOfAGzipStream() throws IOException {
        Finding found = only(verify(SampleBackup.flip(compressed, directory.resolve("bad"), CHUNK_1 + ".enc", 5000)));
        assertEquals(CHUNK_1, found.chunk());
        assertEquals(SampleBackup.PERSONAL, found.lost().orElseThrow().range().end());
        assertEquals(SampleBackup.CHUNK, found.lost().orElseThrow().range().start(), 2000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 20, 70})
    void namesChunksWithDamagedScryptHeaders(int offset) throws IOException {
        Finding found = only(verify(SampleBackup.flip(plain, directory.resolve("bad"), CHUNK_1 + ".enc", offset)));
        assertEquals(CHUNK_1, found.chunk());
        assertEquals(lost(SampleBackup.CHUNK - HEADER, 2 * SampleBackup.CHUNK - HEADER), found.lost());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version 3 --no-encrypted --no-compressed", "--version 2 --no-encrypted --no-compressed"})
    void namesChunksOfOlderVersions(String options) throws IOException, InterruptedException {
        Path backup = sample.backup(directory.resolve("backup"), options.split(" "));
        Finding found = only(verify(SampleBackup.flip(backup, directory.resolve("bad"), CHUNK_1, 5000)));
        assertEquals(CHUNK_1, found.chunk());
        assertEquals(Optional.of(range(backup, CHUNK_1)), found.backupRange());
        assertEquals(SampleBackup.CHUNK - HEADER, found.lost().orElseThrow().range().start());
    }

    @Test
    void namesDroppedChunks() throws IOException {
        Finding found = only(verify(SampleBackup.rearrange(plain, directory.resolve("bad"),
                all -> all.stream().filter(archive -> !archive.name().startsWith(CHUNK_1)).toList())));
        assertEquals(CHUNK_1, found.chunk());
        assertEquals(lost(SampleBackup.CHUNK - HEADER, 2 * SampleBackup.CHUNK - HEADER), found.lost());
        assertEquals("the chunk is missing", found.why());
    }

    @Test
    void namesDoubledChunks() throws IOException {
        Finding found = only(verify(SampleBackup.rearrange(plain, directory.resolve("bad"), all -> {
            List<Archive> more = new ArrayList<>(all);
            all.stream().filter(archive -> archive.name().startsWith(CHUNK_1)).forEach(more::add);
            return more;
        })));
        assertEquals(CHUNK_1, found.chunk());
        assertEquals(Files.size(plain) + 512, found.backupRange().orElseThrow().start(), 1024);
        assertEquals(Optional.empty(), found.lost());
    }

    @Test
    void namesChunksOutOfOrder() throws IOException {
        Finding found = only(verify(SampleBackup.rearrange(plain, directory.resolve("bad"), all -> {
            List<Archive> other = new ArrayList<>(all);
            int first = all.stream().map(Archive::name).toList().indexOf(CHUNK_1 + ".enc");
            other.add(first + 1, other.remove(first));
            return other;
        })));
        assertEquals("vm2/private.img.002", found.chunk());
        assertEquals(Optional.empty(), found.lost());
    }

    @Test
    void tellsChunksThatStandInForOthers() throws IOException {
        byte[] bytes = Files.readAllBytes(plain);
        Member one = SampleBackup.member(plain, CHUNK_1 + ".enc");
        Member two = SampleBackup.member(plain, "vm2/private.img.002.enc");
        System.arraycopy(bytes, (int) two.dataOffset(), bytes, (int) one.dataOffset(), (int) one.size());
        Finding found = only(verify(Files.write(directory.resolve("bad"), bytes)));
        assertEquals(CHUNK_1, found.chunk());
        assertTrue(found.why().contains("moved here"), found.why());
    }

    @Test
    void tellsWhatACutTakesAway() throws IOException {
        Member cut = SampleBackup.member(plain, "vm2/private.img.002.enc");
        Path bad = Files.write(directory.resolve("bad"), Arrays.copyOf(Files.readAllBytes(plain), (int) cut.dataOffset() + 1000));
        Report report = verify(bad);
        Finding first = report.findings().getFirst();
        assertEquals("vm2/private.img.002", first.chunk());
        // The rest of the image is lost too, and nothing tells how many chunks there were.
        assertEquals(lost(2 * SampleBackup.CHUNK - HEADER, SampleBackup.PERSONAL), first.lost());
        assertTrue(report.findings().stream().anyMatch(found -> found.vm().equals("dom0") && found.file().isEmpty()
                && found.why().contains("nothing of it is there")), report::toString);
    }

    @Test
    void tellsACutBetweenChunks() throws IOException {
        Report report = verify(SampleBackup.rearrange(plain, directory.resolve("bad"), all -> all.subList(0,
                all.stream().map(Archive::name).toList().indexOf("vm2/private.img.002.enc"))));
        Finding first = report.findings().getFirst();
        assertEquals("private.img", first.file());
        assertEquals(lost(2 * SampleBackup.CHUNK - HEADER, SampleBackup.PERSONAL), first.lost());
    }

    @Test
    void tellsAVmThatIsMissing() throws IOException {
        Path bad = SampleBackup.rearrange(plain, directory.resolve("bad"),
                all -> all.stream().filter(archive -> !archive.name().startsWith("vm1/")).toList());
        Finding found = only(verify(bad));
        assertEquals("work", found.vm());
        assertEquals("work", verify(bad, "work").findings().getFirst().vm());
        assertEquals(List.of(), verify(bad, "personal").findings());
    }

    @Test
    void tellsBytesAtTheEnd() throws IOException {
        byte[] bytes = Files.readAllBytes(plain);
        byte[] more = Arrays.copyOf(bytes, bytes.length + 700);
        Arrays.fill(more, bytes.length, more.length, (byte) 'x');
        Finding found = only(verify(Files.write(directory.resolve("bad"), more)));
        assertEquals(Optional.of(new Finding.Range(bytes.length, more.length)), found.backupRange());
    }

    @Test
    void readsOnlyTheVmsThatAreAskedFor() throws IOException {
        Path bad = SampleBackup.flip(plain, directory.resolve("bad"), CHUNK_1 + ".enc", 5000);
        Report report = verify(bad, "work");
        assertEquals(List.of(), report.findings());
        assertEquals(List.of("dom0", "personal"), report.leftOut());
        assertFalse(report.files().stream().anyMatch(file -> file.vm().equals("personal")));
        assertThrows(FileNotFoundException.class, () -> verify(bad, "nobody"));
    }

    @Test
    void whatWasNotReadIsNotCalledFine() throws IOException {
        try (BackupFile file = SampleBackup.open(compressed)) {
            Verification verification = Verification.of(file, List.of(), 2);
            Report before = verification.report();
            assertFalse(before.complete());
            assertTrue(before.files().stream().allMatch(state -> state.state() == FileState.State.NOT_READ));
            verification.stop();
            verification.run();
            Report after = verification.report();
            assertFalse(after.complete());
            assertTrue(after.files().stream().noneMatch(state -> state.state() == FileState.State.OK), after::toString);
        }
    }
}
