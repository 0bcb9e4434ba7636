// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.Passphrase;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarBytes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;

/** A file that is no longer what the index says of it: with a stamp that tells, and with one that does not. */
class RememberedLayoutTest {
    private static final int CHUNK = 10_000;
    private static final byte[] LIST = ("<qubes><domains><domain id=\"d1\" class=\"AppVM\"><properties><property name=\"qid\">1</property>"
            + "<property name=\"name\">work</property></properties><features><feature name=\"backup-content\">True</feature>"
            + "<feature name=\"backup-path\">vm1</feature></features></domain></domains></qubes>").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] IMAGE = TestBackup.random(64_321);
    /** As if the file had never been touched. */
    private static final Stamp SAME = new Stamp(1, 2);

    @TempDir
    Path dir;

    private static TestBackup backup(int version, boolean compressed, byte[] image) {
        return new TestBackup(version, compressed, CHUNK).image("qubes.xml", LIST).image("vm1/private.img", image);
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(dir.resolve("b"), bytes);
    }

    private BackupFile open(Stamp.Source stamps) throws IOException {
        return BackupFile.open(dir.resolve("b"), new Passphrase(TestBackup.PASSPHRASE.getBytes(StandardCharsets.UTF_8)),
                new Settings(32 << 20, 64 << 20, 2, Optional.empty(), Optional.of(dir.resolve("index")), Settings.Spill.defaults()),
                Ahead.NOTHING, stamps);
    }

    private void learn(Stamp.Source stamps) throws IOException {
        try (BackupFile backup = open(stamps)) {
            assertEquals(List.of(), backup.problems());
            new Learner(backup, false, (done, what) -> {}).run();
        }
    }

    /** The image, also where the list of VMs is lost. */
    private static ByteSource image(BackupFile backup) throws IOException {
        BackupTree tree = BackupTree.of(backup);
        Optional<Node> numbered = tree.find("vm1/private.img");
        return ((RegularFile) (numbered.isPresent() ? numbered : tree.find("work/private.img")).orElseThrow()).contents();
    }

    private void requireImage(Stamp.Source stamps, byte[] expected) throws IOException {
        try (BackupFile backup = open(stamps)) {
            assertEquals(List.of(), backup.problems());
            ByteSource image = image(backup);
            assertEquals(expected.length, image.size());
            // Backwards, so that streams are entered in the middle.
            for (int at = expected.length - 3000; at > 0; at -= 7000) {
                assertArrayEquals(Arrays.copyOfRange(expected, at, at + 3000), image.readBytes(at, 3000), "at " + at);
            }
            assertArrayEquals(expected, image.readBytes(0, expected.length));
        }
    }

    private long indexes() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("index"))) {
            return files.count();
        }
    }

    /** The backup with {@code zeros[i % length]} bytes behind member i. */
    private static byte[] file(TestBackup made, int... zeros) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < made.parts.size(); i++) {
            out.writeBytes(TarBytes.file(made.parts.get(i).name(), made.parts.get(i).bytes()));
            out.writeBytes(new byte[zeros[i % zeros.length]]);
        }
        return out.toByteArray();
    }

    private static int find(byte[] bytes, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new AssertionError(text);
    }

    @Test
    void theLayoutIsNotReadAgainWhenTheFileWasNotTouched() throws Exception {
        for (int version : new int[] {3, 4}) {
            byte[] file = backup(version, false, IMAGE).file();
            write(file);
            learn(path -> SAME);
            // A header that nobody needs for another chunk's sake.
            file[find(file, "vm1/private.img.003")] ^= 1;
            write(file);
            try (BackupFile backup = open(path -> SAME)) {
                assertEquals(List.of(), backup.problems());
                ByteSource image = image(backup);
                assertArrayEquals(Arrays.copyOf(IMAGE, 20_000), image.readBytes(0, 20_000));
                CorruptData error = assertThrows(CorruptData.class, () -> image.read(3 * CHUNK, ByteBuffer.allocate(1)));
                assertTrue(error.getMessage().contains("open it again"), error.getMessage());
                assertArrayEquals(Arrays.copyOfRange(IMAGE, 50_000, 60_000), image.readBytes(50_000, 10_000));
            }
            try (BackupFile backup = open(path -> SAME)) {
                assertFalse(backup.problems().isEmpty(), "the index must not be believed a second time");
            }
        }
    }

    @Test
    void chunksAreFoundWhereTheyAreNow() throws Exception {
        for (int version : new int[] {3, 4}) {
            for (boolean compressed : new boolean[] {false, true}) {
                TestBackup made = backup(version, compressed, IMAGE);
                byte[] before = file(made, 1024, 1024, 1024, 1024, 2048, 512);
                byte[] now = file(made, 1024, 1024, 1024, 1024, 512, 2048);
                assertFalse(Arrays.equals(before, now));
                now = Arrays.copyOf(now, before.length);
                write(before);
                learn(path -> SAME);
                write(now);
                requireImage(path -> SAME, IMAGE);
                requireImage(path -> SAME, IMAGE);
            }
        }
    }

    @Test
    void aFileThatWasTouchedIsReadAnew() throws Exception {
        for (int version : new int[] {3, 4}) {
            for (boolean compressed : new boolean[] {false, true}) {
                Path index = dir.resolve("index");
                write(backup(version, compressed, IMAGE).file());
                learn(Stamp::of);
                long indexesBefore = indexes();
                byte[] other = TestBackup.random(IMAGE.length + 1);
                other = Arrays.copyOf(other, IMAGE.length);
                write(backup(version, compressed, other).file());
                requireImage(Stamp::of, other);
                assertEquals(indexesBefore, indexes(), "the test is about one index for both");
                requireImage(Stamp::of, other);
                write(backup(version, compressed, IMAGE).file());
                requireImage(Stamp::of, IMAGE);
                assertTrue(Files.isDirectory(index));
            }
        }
    }

    @Test
    void exchangedChunksGiveNoWrongByte() throws Exception {
        TestBackup made = backup(4, false, IMAGE);
        write(made.file());
        learn(path -> SAME);
        byte[] second = made.bytes("vm1/private.img.002.enc");
        made.replace("vm1/private.img.002.enc", made.bytes("vm1/private.img.003.enc"));
        made.replace("vm1/private.img.003.enc", second);
        write(made.file());
        requireThatTwoChunksAreLost();
    }

    private void requireThatTwoChunksAreLost() throws IOException {
        for (Stamp.Source stamps : new Stamp.Source[] {path -> SAME, Stamp::of}) {
            try (BackupFile backup = open(stamps)) {
                ByteSource image = image(backup);
                assertThrows(CorruptData.class, () -> image.read(2 * CHUNK, ByteBuffer.allocate(1)));
                assertThrows(CorruptData.class, () -> image.read(3 * CHUNK, ByteBuffer.allocate(1)));
                assertArrayEquals(Arrays.copyOf(IMAGE, CHUNK), image.readBytes(0, CHUNK));
            }
        }
    }

    /** The chunks stay where they are, and so does what is known of their keys and hashes; only their names change. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void exchangedNamesGiveNoWrongByte(int version) throws Exception {
        TestBackup made = backup(version, false, IMAGE);
        write(made.file());
        learn(path -> SAME);
        String suffix = version == 4 ? ".enc" : "";
        made.exchangeNames("vm1/private.img.002" + suffix, "vm1/private.img.003" + suffix);
        write(made.file());
        requireThatTwoChunksAreLost();
    }

    @Test
    void everyByteOfTheFileMayChangeUnnoticedAndNoneIsWrong() throws Exception {
        byte[] small = Arrays.copyOf(IMAGE, 12_000);
        for (int version : new int[] {3, 4}) {
            byte[] intact = backup(version, true, small).file();
            for (int at = 1; at < intact.length; at += 97) {
                write(intact);
                if (at % 10 == 1) {
                    learn(path -> SAME);
                }
                byte[] damaged = intact.clone();
                damaged[at] ^= 4;
                write(damaged);
                try (BackupFile backup = open(path -> SAME)) {
                    assertArrayEquals(small, image(backup).readBytes(0, small.length), "byte " + at);
                } catch (QbfsException e) {
                    assertFalse(e.getMessage().isEmpty());
                }
            }
        }
    }

    @Test
    void damagedFilesKeepWhatWasLearned() throws Exception {
        byte[] file = backup(4, true, IMAGE).file();
        file = Arrays.copyOf(file, file.length - 2000);
        write(file);
        try (BackupFile backup = open(Stamp::of)) {
            assertFalse(backup.problems().isEmpty());
            new Learner(backup, false, (done, what) -> {}).run();
        }
        Passphrase passphrase = new Passphrase(TestBackup.PASSPHRASE.getBytes(StandardCharsets.UTF_8));
        try (BackupFile backup = BackupFile.open(dir.resolve("b"), passphrase, new Settings(32 << 20, 64 << 20, 2,
                Optional.empty(), Optional.of(dir.resolve("index")), Settings.Spill.defaults()))) {
            assertFalse(backup.problems().isEmpty());
            passphrase.close();
            Chunk first = backup.catalog().group("vm1/private.img").orElseThrow().chunks().getFirst();
            assertTrue(backup.authenticate(first));
        }
    }
}
