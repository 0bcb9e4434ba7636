// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.FileSource;
import org.qbfs.io.SliceSource;
import org.qbfs.sparse.SparseSource;

/** Archives written by GNU tar. */
class TarReaderIT {
    @TempDir
    Path dir;

    private Path run(String script) throws Exception {
        Process process = new ProcessBuilder("bash", "-euc", script).directory(dir.toFile()).redirectErrorStream(true)
                .redirectOutput(new File(dir.toFile(), "said")).start();
        assertEquals(0, process.waitFor(), () -> {
            try {
                return Files.readString(dir.resolve("said"));
            } catch (java.io.IOException e) {
                return e.toString();
            }
        });
        return dir.resolve("a.tar");
    }

    private static Map<String, TarEntry> entries(ByteSource archive) throws Exception {
        Map<String, TarEntry> entries = new LinkedHashMap<>();
        TarReader reader = new TarReader(archive);
        long at = 0;
        for (Optional<TarEntry> entry = reader.entryAt(0); entry.isPresent(); entry = reader.entryAt(at)) {
            entries.put(entry.get().name(), entry.get());
            at = entry.get().nextOffset();
        }
        assertTrue(reader.isEndMarker(at));
        return entries;
    }

    private static ByteSource contents(ByteSource archive, TarEntry entry) {
        ByteSource stored = new SliceSource(entry.name(), archive, entry.dataOffset(), entry.storedSize());
        return entry.sparse().isPresent() ? new SparseSource(entry.name(), stored, entry.sparse().get()) : stored;
    }

    /** Data in blocks of 512 bytes, so many of them, with holes between and at the end. */
    private void image(String name, int extents) throws Exception {
        Random random = new Random(extents);
        byte[] block = new byte[512];
        byte[] image = new byte[extents * 1024];
        for (int i = 0; i < extents; i++) {
            random.nextBytes(block);
            System.arraycopy(block, 0, image, 512 + i * 1024, 512);
        }
        Files.write(dir.resolve(name), image);
        // tar looks for holes only in a file that takes fewer blocks than its size.
        try (RandomAccessFile file = new RandomAccessFile(dir.resolve(name).toFile(), "rw")) {
            file.setLength(image.length + 100_001);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=gnu", "--format=posix --sparse-version=1.0", "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=0.0"})
    void readsSparseFilesOfEachEncoding(String format) throws Exception {
        int[] counts = {0, 1, 4, 5, 24, 25, 26, 47, 1000};
        for (int count : counts) {
            image("i" + count, count);
        }
        Files.createFile(dir.resolve("i-empty"));
        try (RandomAccessFile odd = new RandomAccessFile(dir.resolve("i-odd").toFile(), "rw")) {
            odd.seek(5_000_000);
            odd.write(new byte[777]);
            odd.write(1);
        }
        Path tar = run("tar --sparse --hole-detection=raw " + format + " -cf a.tar i* && mkdir x && tar -xf a.tar -C x");
        try (FileSource archive = FileSource.open(tar)) {
            Map<String, TarEntry> entries = entries(archive);
            assertEquals(counts.length + 2, entries.size());
            assertEquals(1000, entries.get("i1000").sparse().orElseThrow().extents());
            for (TarEntry entry : entries.values()) {
                byte[] truth = Files.readAllBytes(dir.resolve(entry.name()));
                assertArrayEquals(truth, Files.readAllBytes(dir.resolve("x").resolve(entry.name())), "tar itself");
                assertEquals(truth.length, entry.realSize(), entry.name());
                if (!entry.name().equals("i-odd")) {
                    ByteSourceContract.check(contents(archive, entry), truth, 512, 1024, truth.length - 100_001);
                } else {
                    assertArrayEquals(truth, contents(archive, entry).readBytes(0, truth.length));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=gnu", "--format=posix --sparse-version=1.0"})
    void readsMoreThanAHundredThousandExtents(String format) throws Exception {
        int extents = 120_000;
        image("large", extents);
        Path tar = run("tar --sparse --hole-detection=raw " + format + " -cf a.tar large");
        try (FileSource archive = FileSource.open(tar)) {
            TarEntry entry = entries(archive).get("large");
            assertEquals(extents, entry.sparse().orElseThrow().extents());
            byte[] truth = Files.readAllBytes(dir.resolve("large"));
            assertArrayEquals(truth, contents(archive, entry).readBytes(0, truth.length));
            ByteSourceContract.randomReads(contents(archive, entry), truth, new Random(1), 300);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix", "ustar"})
    void readsNamesLinksAndDevices(String format) throws Exception {
        boolean anyLength = format.equals("gnu") || format.equals("posix");
        String deep = "d/".repeat(40);
        Path tar = run("mkdir -p t/" + deep + "; cd t; printf one > plain; ln plain hard; ln -s ../plain soft; mkfifo fifo; "
                + "printf two > $'gr\\303\\274n'; printf three > $'gr\\374n'; "
                + (anyLength ? "mkdir -p " + deep + deep + deep + "; printf deep > " + deep + deep + deep + "file; "
                        + "printf long > " + "n".repeat(200) + "; ln -s " + "t".repeat(300) + " " + "l".repeat(150) + "; "
                        + "touch -d '1969-12-31 23:59:58.5 UTC' old; " : "")
                + "cd ..; tar --format=" + format + " -cf a.tar t /dev/null 2>/dev/null");
        try (FileSource archive = FileSource.open(tar)) {
            Map<String, TarEntry> entries = entries(archive);
            for (Map.Entry<String, String> file : Map.of("t/gr\u00fcn", "", "t/plain", "one", "t/hard", "one").entrySet()) {
                assertTrue(entries.containsKey(file.getKey()), entries.keySet().toString());
            }
            List<TarEntry> pair = List.of(entries.get("t/plain"), entries.get("t/hard"));
            TarEntry first = pair.stream().filter(entry -> entry.type() == TarEntry.Type.FILE).findFirst().orElseThrow();
            TarEntry second = pair.stream().filter(entry -> entry.type() == TarEntry.Type.HARD_LINK).findFirst().orElseThrow();
            assertEquals(first.name(), second.linkTarget());
            assertEquals("one", new String(contents(archive, first).readBytes(0, 3), StandardCharsets.US_ASCII));
            assertEquals(TarEntry.Type.SYMLINK, entries.get("t/soft").type());
            assertEquals("../plain", entries.get("t/soft").linkTarget());
            assertEquals(TarEntry.Type.OTHER, entries.get("dev/null").type());
            assertEquals(TarEntry.Type.OTHER, entries.get("t/fifo").type());
            assertEquals(TarEntry.Type.DIRECTORY, entries.get("t/").type());
            if (anyLength) {
                TarEntry file = entries.get("t/" + deep + deep + deep + "file");
                assertEquals("deep", new String(contents(archive, file).readBytes(0, 4), StandardCharsets.US_ASCII));
                assertTrue(entries.containsKey("t/" + "n".repeat(200)));
                assertEquals("t".repeat(300), entries.get("t/" + "l".repeat(150)).linkTarget());
                assertEquals(-2, entries.get("t/old").modified().getEpochSecond());
            }
        }
    }

    @Test
    void readsAFileOfMoreThanEightGibibytes() throws Exception {
        for (String format : new String[] {"gnu", "posix"}) {
            Path tar = run("truncate -s 9G huge; printf end >> huge; tar --sparse --format=" + format + " -cf a.tar huge; rm huge");
            try (FileSource archive = FileSource.open(tar)) {
                TarEntry entry = entries(archive).get("huge");
                assertEquals((9L << 30) + 3, entry.realSize());
                byte[] end = contents(archive, entry).readBytes((9L << 30) - 2, 5);
                assertEquals("end", new String(Arrays.copyOfRange(end, 2, 5), StandardCharsets.US_ASCII));
            }
        }
    }
}
