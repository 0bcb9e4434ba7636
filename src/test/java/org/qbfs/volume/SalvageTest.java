// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.backup.Passphrase;
import org.qbfs.tar.TarBytes;

/** What is shown of an image behind lost chunks of its gzip stream, made in memory. */
class SalvageTest {
    private static final String PATH = "vm1/private.img";
    private static final byte[] XML = ("<qubes><domains><domain id=\"d1\" class=\"AppVM\"><properties><property name=\"name\">work</property>"
            + "<property name=\"qid\">1</property></properties><features><feature name=\"backup-content\">1</feature>"
            + "<feature name=\"backup-path\">vm1/</feature></features></domain></domains></qubes>").getBytes(StandardCharsets.UTF_8);
    private static final byte[] IMAGE = image(2 << 20);
    private static final int CHUNK = 180_000;
    private static final int RECORD = 10_240;

    @TempDir
    Path dir;

    /** About half of it shrinks by a quarter, the other half does not. */
    private static byte[] image(int size) {
        byte[] image = new byte[size];
        Random random = new Random(size);
        byte[] piece = new byte[50_000];
        for (int at = 0; at < size;) {
            random.nextBytes(piece);
            int bits = random.nextBoolean() ? 0xff : 0x3f;
            for (int i = 0; i < piece.length && at < size; i++, at++) {
                image[at] = (byte) (piece[i] & bits);
            }
        }
        return image;
    }

    private static TestBackup backup(int version, byte[] tar) {
        return new TestBackup(version, true, CHUNK).image("qubes.xml", XML).group(PATH, tar);
    }

    private static byte[] tar(byte[] image, byte[] end) {
        return TarBytes.join(TarBytes.file(PATH, image), end);
    }

    /** Zeros up to a whole record, as GNU tar ends an archive. */
    private static byte[] record(byte[] image) {
        int size = 512 + TarBytes.padded(image).length;
        return new byte[(size + 1024 + RECORD - 1) / RECORD * RECORD - size];
    }

    private static String chunk(int version, int number) {
        return String.format("%s.%03d%s", PATH, number, version == 4 ? ".enc" : "");
    }

    private Served served(TestBackup made, boolean salvaging) throws IOException {
        Path file = Files.write(dir.resolve("test.backup"), made.file());
        try (BackupFile backup = TestBackup.open(file, TestBackup.PASSPHRASE, salvaging)) {
            return Served.of(backup, "work/private.img", IMAGE);
        }
    }

    private static void requireSalvaged(Served served, double part) {
        assertTrue(served.from() < IMAGE.length * (1 - part), served::toString);
        long from = served.inferredFrom().orElseThrow();
        assertTrue(from <= served.from() && from > served.from() - 4096, served::toString);
        assertTrue(served.lostFrom() < from, served::toString);
    }

    private static void requireNothing(Served served) {
        assertEquals(IMAGE.length, served.from());
        assertEquals(OptionalLong.empty(), served.inferredFrom());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void whatLiesBehindALostOrADamagedChunkIsShown(int version) throws IOException {
        for (byte[] end : new byte[][] {TarBytes.end(), record(IMAGE)}) {
            for (int number = 1; number <= 7; number += 3) {
                TestBackup made = backup(version, tar(IMAGE, end));
                made.remove(chunk(version, number));
                requireSalvaged(served(made, true), 0.75 - number * 0.1);
                requireNothing(served(made, false));
                made = backup(version, tar(IMAGE, end));
                made.bytes(chunk(version, number))[1000] ^= 1;
                requireSalvaged(served(made, true), 0.75 - number * 0.1);
            }
        }
    }

    /** None of its bytes is taken for a sign of something that is not known, such as another version. */
    @Test
    void aDamagedHeaderOfAChunkIsALostChunk() throws IOException {
        // Magic, version, log2 N, salt, checksum, HMAC.
        for (int offset : new int[] {0, 6, 7, 16, 48, 64}) {
            TestBackup made = backup(4, tar(IMAGE, TarBytes.end()));
            made.bytes(chunk(4, 4))[offset] ^= 1;
            requireSalvaged(served(made, true), 0.4);
        }
    }

    @Test
    void ofTwoLossesTheLastOneCounts() throws IOException {
        TestBackup made = backup(4, tar(IMAGE, TarBytes.end()));
        made.remove(chunk(4, 2));
        made.bytes(chunk(4, 5))[1000] ^= 1;
        Served served = served(made, true);
        requireSalvaged(served, 0.3);
        assertTrue(served.from() > IMAGE.length / 2, served::toString);
    }

    @Test
    void nothingIsShownWithoutTheStartOrTheEnd() throws IOException {
        TestBackup intact = backup(4, tar(IMAGE, TarBytes.end()));
        long chunks = intact.parts.stream().filter(part -> part.name().startsWith(PATH)).count();
        assertTrue(chunks > 8, () -> chunks + " chunks");
        for (long missing : new long[] {chunks - 1, chunks - 2}) {
            TestBackup made = backup(4, tar(IMAGE, TarBytes.end()));
            made.remove(chunk(4, 3));
            made.remove(chunk(4, (int) missing));
            requireNothing(served(made, true));
        }
    }

    @Test
    void anIntactImageIsNotSalvaged() throws IOException {
        Served served = served(backup(4, tar(IMAGE, TarBytes.end())), true);
        assertEquals(new Served(IMAGE.length, IMAGE.length, OptionalLong.empty()), served);
    }

    @Test
    void aLengthThatDoesNotFitIsRefused() throws IOException {
        for (byte[] end : new byte[][] {new byte[0], new byte[512], new byte[2048], new byte[record(IMAGE).length + RECORD],
            new byte[1023], TarBytes.join(TarBytes.file(PATH + "2", new byte[700]), TarBytes.end())}) {
            TestBackup made = backup(4, tar(IMAGE, end));
            made.remove(chunk(4, 3));
            requireNothing(served(made, true));
        }
    }

    @Test
    void whatEndsTheTarMustBeZeros() throws IOException {
        byte[] end = record(IMAGE);
        assertTrue(end.length > 1024);
        end[end.length - 1] = 1;
        TestBackup made = backup(4, tar(IMAGE, end));
        made.remove(chunk(4, 3));
        requireNothing(served(made, true));
    }

    /** The length of the last member tells nothing of the whole stream. */
    @Test
    void streamsOfSeveralMembersAreRefused() throws IOException {
        byte[] tar = tar(IMAGE, TarBytes.end());
        for (int cut : new int[] {100_000, IMAGE.length / 2, IMAGE.length - 100_000, tar.length}) {
            byte[] stream = TarBytes.join(TestBackup.gzip(Arrays.copyOf(tar, cut)), TestBackup.gzip(Arrays.copyOfRange(tar, cut, tar.length)));
            TestBackup made = new TestBackup(4, true, CHUNK).image("qubes.xml", XML).stream(PATH, stream);
            made.remove(chunk(4, 3));
            requireNothing(served(made, true));
        }
    }

    /** What was inferred is known to this run alone. */
    @Test
    void theIndexLearnsNothingOfIt() throws IOException {
        TestBackup made = backup(4, tar(IMAGE, TarBytes.end()));
        made.bytes(chunk(4, 2))[1000] ^= 1;
        Path file = Files.write(dir.resolve("test.backup"), made.file());
        try (BackupFile backup = indexed(file, true)) {
            requireSalvaged(Served.of(backup, "work/private.img", IMAGE), 0.5);
        }
        try (BackupFile backup = indexed(file, false)) {
            requireNothing(Served.of(backup, "work/private.img", IMAGE));
        }
    }

    /** What was learned before the damage is of use behind it; what is salvaged goes with it. */
    @Test
    void theIndexAndWhatIsSalvagedAgree() throws IOException {
        TestBackup made = backup(4, tar(IMAGE, TarBytes.end()));
        Path file = Files.write(dir.resolve("test.backup"), made.file());
        try (BackupFile backup = indexed(file, false)) {
            assertEquals(IMAGE.length, Served.of(backup, "work/private.img", IMAGE).lostFrom());
        }
        made.bytes(chunk(4, 2))[1000] ^= 1;
        Files.write(file, made.file());
        try (BackupFile backup = indexed(file, false)) {
            Served served = Served.of(backup, "work/private.img", IMAGE);
            assertTrue(served.from() < IMAGE.length, served::toString);
        }
        try (BackupFile backup = indexed(file, true)) {
            requireSalvaged(Served.of(backup, "work/private.img", IMAGE), 0.5);
        }
    }

    private BackupFile indexed(Path file, boolean salvaging) throws IOException {
        return BackupFile.open(file, new Passphrase(TestBackup.PASSPHRASE.getBytes(StandardCharsets.UTF_8)),
                new Settings(4 << 20, 64 << 20, 2, Optional.empty(), Optional.of(dir.resolve("index")), Settings.Spill.defaults(), salvaging));
    }

    /** The data of an entry of a directory is shown as ever: up to the loss. */
    @Test
    void directoriesAreNotSalvaged() throws IOException {
        byte[] tar = TarBytes.join(TarBytes.ustar("vm1/apps/", '5', 0).header(), TarBytes.file("vm1/apps/image", IMAGE), TarBytes.end());
        TestBackup made = new TestBackup(4, true, CHUNK).image("qubes.xml", XML).group("vm1/apps", tar);
        made.remove("vm1/apps.003.enc");
        Path file = Files.write(dir.resolve("test.backup"), made.file());
        try (BackupFile backup = TestBackup.open(file, TestBackup.PASSPHRASE, true)) {
            requireNothing(Served.of(backup, "work/apps/image", IMAGE));
        }
    }
}
