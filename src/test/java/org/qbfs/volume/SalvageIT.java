// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qbfs.error.QbfsException;

/** Images behind lost chunks of the gzip streams that the real tools write. */
class SalvageIT {
    private static final int SIZE = 24 << 20;
    private static final int CHUNK = 1 << 20;
    private static final int CASES = 100;
    private static final String PATH = "vm1/private.img";

    @TempDir
    static Path directory;

    private static byte[] image;

    @BeforeAll
    static void makeTree() throws IOException {
        image = image();
        Files.createDirectories(directory.resolve("tree/vm1"));
        Files.write(directory.resolve("tree").resolve(PATH), image);
        Files.writeString(directory.resolve("tree/qubes.xml"), "<qubes><domains><domain id=\"d1\" class=\"AppVM\"><properties>"
                + "<property name=\"name\">vm1</property><property name=\"qid\">1</property></properties></domain></domains></qubes>");
    }

    /** Noise, what shrinks, and zeros, from the start to the end. */
    private static byte[] image() {
        byte[] bytes = new byte[SIZE];
        Random random = new Random(SIZE);
        for (int at = 0; at < SIZE - 70_000;) {
            byte[] piece = new byte[512 * (1 + random.nextInt(130))];
            int mask = new int[] {0xff, 0x3f, 0x0f, 0}[random.nextInt(4)];
            random.nextBytes(piece);
            for (byte b : piece) {
                bytes[at++] = (byte) (b & mask);
            }
        }
        return bytes;
    }

    static Stream<Arguments> kinds() {
        List<Arguments> all = new ArrayList<>();
        List<String> sparse = List.of("gnu", "pax10", "none");
        int row = 0;
        for (String filter : List.of("gzip -1", "gzip", "gzip -9", "pigz", "pigz -i")) {
            all.add(Arguments.of(row % 4 == 3 ? "3" : "4", filter, sparse.get(row++ % 3)));
        }
        all.add(Arguments.of("3-open", "gzip", "gnu"));
        all.add(Arguments.of("3", "pigz", "pax10"));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatLiesBehindALossIsShown(String version, String filter, String sparse) throws Exception {
        List<String> options = new ArrayList<>(List.of("--version", version.substring(0, 1), "--filter", filter, "--sparse", sparse,
                "--hole-detection", "raw", "--chunk-size", String.valueOf(CHUNK)));
        if (version.endsWith("open")) {
            options.add("--no-encrypted");
        }
        Path made = MadeBackup.make(directory.resolve("tree"), directory.resolve("backup"), options, "qubes.xml", PATH);
        Damage damage = new Damage(Files.readAllBytes(made));
        boolean scrypt = version.equals("4");
        int chunks;
        try (BackupFile backup = MadeBackup.open(made)) {
            chunks = MadeBackup.chunks(backup, PATH);
        }
        assertTrue(chunks >= 5, () -> chunks + " chunks");
        Served one = served(damage.without(members(scrypt, 1)), true);
        requireSalvaged(one, chunks, 1);
        requireSalvaged(served(damage.flippedIn(PATH + ".001" + (scrypt ? ".enc" : "")), true), chunks, 1);
        requireSalvaged(served(damage.without(members(scrypt, 1, 2, 3)), true), chunks, 3);
        requireNothing(served(damage.without(members(scrypt, 1)), false));
        requireNothing(served(damage.without(members(scrypt, 1, chunks - 1)), true));
    }

    @ParameterizedTest
    @CsvSource({"4, gzip, gnu", "3, pigz, pax10"})
    void noWrongByteWhateverHappensToABackup(String version, String filter, String sparse) throws Exception {
        byte[] truth = Arrays.copyOf(image, 3 << 20);
        Path tree = Files.createDirectories(directory.resolve("small tree"));
        Files.createDirectories(tree.resolve("vm1"));
        Files.write(tree.resolve(PATH), truth);
        Files.copy(directory.resolve("tree/qubes.xml"), tree.resolve("qubes.xml"), StandardCopyOption.REPLACE_EXISTING);
        Path made = MadeBackup.make(tree, directory.resolve("backup"), List.of("--version", version, "--filter", filter, "--sparse",
                sparse, "--chunk-size", "150000"), "qubes.xml", PATH);
        Damage damage = new Damage(Files.readAllBytes(made));
        int salvaged = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Damage.Damaged damaged = damage.next(new Random(seed));
            try (BackupFile backup = TestBackup.open(Files.write(directory.resolve("damaged"), damaged.bytes()),
                    MadeBackup.PASSPHRASE, true)) {
                salvaged += Served.of(backup, PATH, truth).inferredFrom().isPresent() ? 1 : 0;
            } catch (QbfsException | NoSuchElementException e) {
                // It does not open, or the image is not there.
                continue;
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + damaged.what(), e);
            }
        }
        int count = salvaged;
        assertTrue(count > CASES / 20, () -> count + " of " + CASES);
    }

    private static Set<String> members(boolean scrypt, int... numbers) {
        Set<String> all = new java.util.TreeSet<>();
        for (int number : numbers) {
            String chunk = PATH + String.format(".%03d", number);
            all.addAll(scrypt ? List.of(chunk + ".enc") : List.of(chunk, chunk + ".hmac"));
        }
        return all;
    }

    private static Served served(byte[] backup, boolean salvaging) throws IOException {
        Path file = Files.write(directory.resolve("damaged"), backup);
        try (BackupFile opened = TestBackup.open(file, MadeBackup.PASSPHRASE, salvaging)) {
            return Served.of(opened, PATH, image);
        }
    }

    private static void requireSalvaged(Served served, int chunks, int lastLost) {
        // What the stream's bytes stand for is spread evenly, more or less.
        long behind = (long) image.length * (chunks - 1 - lastLost) / chunks;
        assertTrue(image.length - served.from() > behind * 0.9, () -> served + " of " + image.length + ", " + lastLost + " of " + chunks);
        assertTrue(served.inferredFrom().orElseThrow() > served.from() - 4096, served::toString);
    }

    private static void requireNothing(Served served) {
        assertEquals(OptionalLong.empty(), served.inferredFrom());
        assertEquals(SIZE, served.from(), 200_000);
    }
}
