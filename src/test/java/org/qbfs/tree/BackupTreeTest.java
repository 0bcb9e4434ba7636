// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.NotABackup;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.tar.TarBytes;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.TestBackup;

/** A whole backup, from its bytes to its tree. */
class BackupTreeTest {
    private static final String XML = "<qubes><domains>"
            + "<domain id=\"d1\" class=\"AppVM\"><properties><property name=\"name\">work</property><property name=\"qid\">1</property></properties>"
            + "<features><feature name=\"backup-content\">1</feature><feature name=\"backup-path\">vm1/</feature></features></domain>"
            + "<domain id=\"d2\" class=\"AppVM\"><properties><property name=\"name\">vault</property><property name=\"qid\">2</property></properties>"
            + "<features><feature name=\"backup-content\">1</feature><feature name=\"backup-path\">vm2/</feature></features></domain>"
            + "</domains></qubes>";
    private static final byte[] IMAGE = TestBackup.random(90_000);
    private static final byte[] OTHER = TestBackup.random(70_000);
    private static final int CHUNK = 16 << 10;

    @TempDir
    Path dir;

    private static TestBackup backup(int version, boolean compressed) {
        return new TestBackup(version, compressed, CHUNK).image("qubes.xml", XML.getBytes(StandardCharsets.UTF_8))
                .image("vm1/private.img", IMAGE).image("vm2/private.img", OTHER);
    }

    private static ByteSource contents(BackupFile backup, String path) throws IOException {
        return ((RegularFile) BackupTree.of(backup).find(path).orElseThrow()).contents();
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 41, 30, 31})
    void imagesKeepTheContract(int kind) throws Exception {
        try (BackupFile backup = backup(kind / 10, kind % 10 == 1).open(dir)) {
            assertEquals(List.of(), backup.problems());
            BackupTree tree = BackupTree.of(backup);
            assertEquals(Set.of("backup-header", "qubes.xml", "vault", "work"), tree.root().names());
            ByteSourceContract.check(contents(backup, "work/private.img"), IMAGE, CHUNK - 512, 2 * CHUNK - 512);
            ByteSourceContract.check(contents(backup, "/vault//./private.img"), OTHER);
            assertTrue(tree.find("work/nothing").isEmpty());
            assertTrue(tree.find("work/private.img/below").isEmpty());
            assertTrue(tree.find("work/../vault").isEmpty());
            assertSame(tree.root(), tree.find("").orElseThrow());
            Attributes attributes = tree.find("work/private.img").orElseThrow().attributes();
            assertEquals(90_000, attributes.size());
            assertEquals(0444, attributes.permissions());
            assertEquals(attributes, tree.find("work/private.img").orElseThrow().attributes());
        }
    }

    /** The image must be right except in {@code [start, end)}, where each byte must fail. */
    private static void requireDamage(ByteSource source, int start, int end) throws IOException {
        for (int at = 0; at < IMAGE.length; at += 500) {
            int length = Math.min(500, IMAGE.length - at);
            if (at + length <= start || at >= end) {
                assertArrayEquals(Arrays.copyOfRange(IMAGE, at, at + length), source.readBytes(at, length), "at " + at);
            } else {
                int from = Math.max(at, start);
                QbfsException error = assertThrows(QbfsException.class, () -> source.read(from, ByteBuffer.allocate(1)), "at " + from);
                assertTrue(error.getMessage().startsWith("/work/private.img [" + from + ", " + (from + 1) + ") → "), error.getMessage());
            }
        }
    }

    @Test
    void flippedByteOfAnUncompressedImageFailsItsChunkOnly() throws Exception {
        TestBackup made = backup(4, false);
        made.bytes("vm1/private.img.002.enc")[500] ^= 1;
        try (BackupFile backup = made.open(dir)) {
            ByteSource image = contents(backup, "work/private.img");
            requireDamage(image, 2 * CHUNK - 512, 3 * CHUNK - 512);
            CorruptData error = assertThrows(CorruptData.class, () -> image.read(2 * CHUNK, ByteBuffer.allocate(100)));
            assertTrue(error.getMessage().matches("/work/private.img \\[32768, 32868\\) → chunk vm1/private.img.002.enc \\[0, 16512\\)"
                    + " → test.backup \\[\\d+, \\d+\\): the chunk's MAC does not verify.*"), error.getMessage());
            ByteSourceContract.randomReads(contents(backup, "vault/private.img"), OTHER, new java.util.Random(1), 50);
        }
    }

    @Test
    void flippedByteOfACompressedImageLeavesAllBeforeIt() throws Exception {
        TestBackup made = backup(4, true);
        made.bytes("vm1/private.img.003.enc")[500] ^= 1;
        try (BackupFile backup = made.open(dir)) {
            ByteSource image = contents(backup, "work/private.img");
            // Random bytes are stored as they are, so that the chunk's place in the image is known but for some bytes.
            int sound = 3 * CHUNK - 1500;
            assertArrayEquals(Arrays.copyOf(IMAGE, sound), image.readBytes(0, sound));
            CorruptData error = assertThrows(CorruptData.class, () -> image.read(3 * CHUNK + 100, ByteBuffer.allocate(100)));
            assertTrue(error.getMessage().contains("chunk vm1/private.img.003.enc"), error.getMessage());
            assertTrue(error.getMessage().startsWith("/work/private.img [49252, 49352) → "), error.getMessage());
        }
    }

    @Test
    void missingChunkFailsItsRangeOnly() throws Exception {
        TestBackup made = backup(4, false);
        made.remove("vm1/private.img.001.enc");
        try (BackupFile backup = made.open(dir)) {
            requireDamage(contents(backup, "work/private.img"), CHUNK - 512, 2 * CHUNK - 512);
            assertTrue(backup.problems().toString().contains("missing: chunk vm1/private.img.001"), backup.problems().toString());
        }
    }

    @Test
    void missingLastChunkIsAnErrorAndNoShorterFile() throws Exception {
        TestBackup made = backup(4, false);
        made.remove("vm1/private.img.005.enc");
        try (BackupFile backup = made.open(dir)) {
            ByteSource image = contents(backup, "work/private.img");
            assertEquals(90_000, image.size());
            requireDamage(image, 5 * CHUNK - 512, IMAGE.length);
        }
    }

    @Test
    void swappedAndMovedChunksAreRefusedInVersion4() throws Exception {
        TestBackup made = backup(4, false);
        byte[] one = made.bytes("vm1/private.img.001.enc");
        made.replace("vm1/private.img.001.enc", made.bytes("vm1/private.img.002.enc"));
        made.replace("vm1/private.img.002.enc", one);
        made.replace("vm1/private.img.004.enc", made.bytes("vm2/private.img.004.enc"));
        try (BackupFile backup = made.open(dir)) {
            ByteSource image = contents(backup, "work/private.img");
            assertArrayEquals(Arrays.copyOf(IMAGE, CHUNK - 512), image.readBytes(0, CHUNK - 512));
            for (int chunk : new int[] {1, 2, 4}) {
                assertThrows(CorruptData.class, () -> image.read(chunk * CHUNK, ByteBuffer.allocate(1)), "chunk " + chunk);
            }
            image.read(3 * CHUNK, ByteBuffer.allocate(1));
        }
    }

    @Test
    void fileOfAnotherVmIsRefusedInVersion3() throws Exception {
        TestBackup made = backup(3, false);
        for (int i = 0; i < 5; i++) {
            for (String suffix : new String[] {"", ".hmac"}) {
                made.replace("vm1/private.img.00" + i + suffix, made.bytes("vm2/private.img.00" + i + suffix));
            }
        }
        made.remove("vm1/private.img.005");
        made.remove("vm1/private.img.005.hmac");
        try (BackupFile backup = made.open(dir)) {
            CorruptData error = assertThrows(CorruptData.class, () -> BackupTree.of(backup).find("work/private.img"));
            assertTrue(error.getMessage().startsWith("/work/private.img → "), error.getMessage());
            assertTrue(error.getMessage().contains("vm2/private.img"), error.getMessage());
            contents(backup, "vault/private.img").readBytes(0, 100);
        }
    }

    @Test
    void cutOffFileShowsWhatIsWhole() throws Exception {
        TestBackup made = backup(4, false);
        byte[] whole = made.file();
        Path cut = Files.write(dir.resolve("cut"), Arrays.copyOf(whole, whole.length - 60_000));
        try (BackupFile backup = TestBackup.open(cut, TestBackup.PASSPHRASE)) {
            assertFalse(backup.problems().isEmpty());
            assertArrayEquals(IMAGE, contents(backup, "work/private.img").readBytes(0, IMAGE.length));
            ByteSource image = contents(backup, "vault/private.img");
            assertEquals(OTHER.length, image.size());
            assertThrows(TruncatedData.class, () -> image.read(OTHER.length - 1, ByteBuffer.allocate(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void wrongPassphraseIsRefused(int version) throws Exception {
        Path file = Files.write(dir.resolve("whole"), backup(version, false).file());
        WrongPassphrase refused = assertThrows(WrongPassphrase.class, () -> TestBackup.open(file, "wrong"));
        assertEquals("the passphrase does not open the backup", refused.what());
    }

    private void requireWhole(TestBackup made, String... problems) throws Exception {
        try (BackupFile backup = made.open(dir)) {
            assertEquals(4, backup.header().version());
            assertArrayEquals(IMAGE, contents(backup, "work/private.img").readBytes(0, IMAGE.length));
            for (String problem : problems) {
                assertTrue(backup.problems().toString().contains(problem), backup.problems()::toString);
            }
            assertEquals(problems.length > 0, !backup.problems().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void headerOfVersion4IsHadFromItsMac(boolean compressed) throws Exception {
        int length = backup(4, compressed).bytes("backup-header").length;
        for (int at = 0; at < length; at++) {
            TestBackup damaged = backup(4, compressed);
            damaged.bytes("backup-header")[at] ^= 1;
            requireWhole(damaged, "backup-header: damaged or altered");
        }
        TestBackup lost = backup(4, compressed);
        lost.remove("backup-header");
        requireWhole(lost, "backup-header: missing");
        // Text of another version, a flag that would have all streams read wrongly.
        for (String other : List.of("version=3\nencrypted=False\ncompressed=False\nhmac-algorithm=SHA512\n",
                "version=9\n", new String(backup(4, !compressed).bytes("backup-header"), StandardCharsets.US_ASCII))) {
            TestBackup altered = backup(4, compressed);
            altered.replace("backup-header", other.getBytes(StandardCharsets.US_ASCII));
            requireWhole(altered, "backup-header: damaged or altered");
            try (BackupFile backup = altered.open(dir)) {
                assertArrayEquals(backup(4, compressed).bytes("backup-header"), backup.headerText().orElseThrow().readBytes(0, length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void damagedMacOfVersion4LeavesWhatAChunkProves(boolean compressed) throws Exception {
        int length = backup(4, compressed).bytes("backup-header.hmac").length;
        for (int at = 0; at < length; at++) {
            TestBackup damaged = backup(4, compressed);
            damaged.bytes("backup-header.hmac")[at] ^= 1;
            requireWhole(damaged, "backup-header.hmac: it does not verify");
        }
        TestBackup lost = backup(4, compressed);
        lost.remove("backup-header.hmac");
        requireWhole(lost, "backup-header.hmac: it does not verify (it is missing)");
        // What is claimed of compression is not believed, and the claim is not shown.
        TestBackup altered = backup(4, compressed);
        altered.remove("backup-header.hmac");
        altered.replace("backup-header", backup(4, !compressed).bytes("backup-header"));
        requireWhole(altered, "it is missing");
        try (BackupFile backup = altered.open(dir)) {
            assertFalse(BackupTree.of(backup).root().names().contains("backup-header"));
        }
    }

    @Test
    void headerThatNothingProvesIsRefused() throws Exception {
        TestBackup otherId = backup(4, false);
        otherId.bytes("backup-header.hmac")[120] ^= 1;
        otherId.replace("backup-header", new String(otherId.bytes("backup-header"), StandardCharsets.US_ASCII)
                .replace("backup-id=2", "backup-id=3").getBytes(StandardCharsets.US_ASCII));
        WrongPassphrase refused = assertThrows(WrongPassphrase.class, () -> otherId.open(dir));
        assertTrue(refused.what().startsWith("the header does not verify"), refused.what());
        TestBackup noList = backup(4, false);
        noList.bytes("backup-header.hmac")[120] ^= 1;
        noList.bytes("qubes.xml.000.enc")[120] ^= 1;
        assertThrows(WrongPassphrase.class, () -> noList.open(dir));
        for (int version : new int[] {3, 4}) {
            TestBackup both = backup(version, false);
            both.remove("backup-header");
            both.remove("backup-header.hmac");
            TruncatedData lost = assertThrows(TruncatedData.class, () -> both.open(dir));
            assertTrue(lost.what().startsWith("the start of the backup is lost"), lost.what());
        }
        TestBackup none = new TestBackup(4, false, CHUNK);
        none.remove("backup-header");
        none.remove("backup-header.hmac");
        none.parts.add(new TestBackup.Part("a.txt", new byte[5]));
        assertThrows(NotABackup.class, () -> none.open(dir));
    }

    @Test
    void damagedHeaderOfVersion3IsRefusedAndSaidToBeDamaged() throws Exception {
        for (String member : List.of("backup-header", "backup-header.hmac")) {
            int length = backup(3, false).bytes(member).length;
            for (int at = 0; at < length; at++) {
                TestBackup damaged = backup(3, false);
                damaged.bytes(member)[at] ^= 1;
                try (BackupFile backup = damaged.open(dir)) {
                    // The words before the digest tell nothing.
                    assertEquals("backup-header.hmac", member);
                    assertArrayEquals(IMAGE, contents(backup, "work/private.img").readBytes(0, IMAGE.length));
                } catch (WrongPassphrase e) {
                    assertTrue(e.what().contains("the passphrase is right"), e.what());
                    assertTrue(e.what().contains("only a digest"), e.what());
                }
            }
            TestBackup lost = backup(3, false);
            lost.remove(member);
            assertTrue(assertThrows(TruncatedData.class, () -> lost.open(dir)).getMessage().startsWith(member + ": missing"));
        }
    }

    @Test
    void lostListShowsVmsByNumber() throws Exception {
        TestBackup made = backup(4, false);
        made.bytes("qubes.xml.000.enc")[120] ^= 1;
        try (BackupFile backup = made.open(dir)) {
            assertEquals(Set.of("backup-header", "vm1", "vm2"), BackupTree.of(backup).root().names());
            assertTrue(backup.problems().toString().contains("qubes.xml"), backup.problems().toString());
        }
    }

    @Test
    void hostilePathsMakeNoNames() throws Exception {
        TestBackup made = backup(4, false).image("vm1/" + "n".repeat(300), new byte[1]);
        made.parts.add(new TestBackup.Part("../../etc/x.000.enc", new byte[5]));
        made.parts.add(new TestBackup.Part("/etc/x.000.enc", new byte[5]));
        made.parts.add(new TestBackup.Part("vm1/../x.000.enc", new byte[5]));
        try (BackupFile backup = made.open(dir)) {
            BackupTree tree = BackupTree.of(backup);
            assertEquals(Set.of("backup-header", "qubes.xml", "vault", "work"), tree.root().names());
            assertEquals(Set.of("private.img"), ((Directory) tree.find("work").orElseThrow()).names());
        }
    }

    @Test
    void closeDuringReadsEndsThemAndLeavesNothing() throws Exception {
        TestBackup made = backup(4, true);
        Path file = Files.write(dir.resolve("closing"), made.file());
        for (int round = 0; round < 10; round++) {
            BackupFile backup = TestBackup.open(file, TestBackup.PASSPHRASE);
            AtomicBoolean closed = new AtomicBoolean();
            try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
                List<Future<?>> readers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    readers.add(pool.submit(() -> {
                        // Whoever finds all in the cache needs no file.
                        for (int at = 0; !closed.get(); at = (at + 7001) % 90_000) {
                            contents(backup, "work/private.img").read(at, ByteBuffer.allocate(3000));
                        }
                        return null;
                    }));
                }
                Thread.sleep(round);
                backup.close();
                backup.close();
                closed.set(true);
                for (Future<?> reader : readers) {
                    try {
                        reader.get(20, TimeUnit.SECONDS);
                    } catch (ExecutionException e) {
                        assertTrue(e.getCause() instanceof ClosedChannelException, e.getCause().toString());
                    }
                }
            }
        }
        requireNoDescriptorOf(file);
    }

    private static void requireNoDescriptorOf(Path file) throws IOException {
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open) {
                if (Files.isSymbolicLink(descriptor)) {
                    assertFalse(Files.readSymbolicLink(descriptor).equals(file), file + " is still open");
                }
            }
        }
    }

    @Test
    void refusedFilesLeaveNoDescriptorsAndNoThreads() throws Exception {
        Path file = Files.write(dir.resolve("refused"), backup(4, false).file());
        for (int i = 0; i < 20; i++) {
            assertThrows(WrongPassphrase.class, () -> TestBackup.open(file, "wrong"));
        }
        requireNoDescriptorOf(file);
        TreeSet<String> left = new TreeSet<>();
        for (int wait = 0; wait < 100; wait++) {
            left.clear();
            Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                    .filter(name -> name.startsWith("qbfs-") || name.matches("scrypt-\\d+")).forEach(left::add);
            if (left.isEmpty()) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("threads are left: " + left);
    }
}
