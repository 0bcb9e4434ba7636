// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {
    private static final byte[] KEY = new byte[32];
    private static final byte[] BINDING = {1, 2, 3};

    @TempDir
    private Path directory;

    private Path path;
    private final List<String> read = new ArrayList<>();

    @BeforeEach
    void place() {
        path = directory.resolve("index");
    }

    private IndexFile open(byte[] key, byte[] binding) throws IOException {
        read.clear();
        return IndexFile.open(path, key, binding,
                bytes -> read.add(StandardCharsets.UTF_8.decode(bytes).toString()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void write(String... records) throws IOException {
        try (IndexFile index = open(KEY, BINDING)) {
            for (String record : records) {
                index.append(bytes(record));
            }
        }
    }

    private List<String> readBack() throws IOException {
        open(KEY, BINDING).close();
        return List.copyOf(read);
    }

    @Test
    void keepsRecordsInOrderAcrossOpenings() throws IOException {
        write("a", "");
        write("c".repeat(100_000));
        assertEquals(List.of("a", "", "c".repeat(100_000)), readBack());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aForeignStaleOrDamagedFileIsReplacedByAnEmptyOne() throws IOException {
        write("a");
        open(new byte[] {9}, BINDING).close();
        assertEquals(List.of(), read);
        write("b");
        open(KEY, new byte[] {1, 2, 4}).close();
        assertEquals(List.of(), read);
        Files.write(path, new byte[0]);
        write("c");
        Files.write(path, new byte[10_000]);
        write("d");
        assertEquals(List.of("d"), readBack());
    }

    @Test
    void aFileCutAnywhereGivesTheRecordsBeforeTheCutAndTakesNewOnes() throws IOException {
        write("first", "second");
        byte[] whole = Files.readAllBytes(path);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(path, Arrays.copyOf(whole, cut));
            List<String> kept = readBack();
            assertEquals(List.of("first", "second").subList(0, kept.size()), kept);
            write("new");
            List<String> all = new ArrayList<>(kept);
            all.add("new");
            assertEquals(all, readBack(), "cut at " + cut);
        }
    }

    @Test
    void aFlippedBitLosesItsRecordAndThoseBehindItAndNothingElse() throws IOException {
        write("first", "second", "third");
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(path, flipped);
            List<String> kept = readBack();
            assertTrue(kept.size() < 3, "at " + at);
            assertEquals(List.of("first", "second", "third").subList(0, kept.size()), kept);
        }
    }

    @Test
    void recordsThatAreMovedDoNotOpen() throws IOException {
        write("1111", "2222");
        byte[] whole = Files.readAllBytes(path);
        int record = 4 + 12 + 4 + 16;
        byte[] swapped = whole.clone();
        System.arraycopy(whole, whole.length - record, swapped, whole.length - 2 * record, record);
        System.arraycopy(whole, whole.length - 2 * record, swapped, whole.length - record, record);
        Files.write(path, swapped);
        assertEquals(List.of(), readBack());
    }

    @Test
    void theSecondToOpenItReadsAndDoesNotWrite() throws IOException {
        try (IndexFile first = open(KEY, BINDING)) {
            first.append(bytes("a"));
            try (IndexFile second = open(KEY, BINDING)) {
                assertEquals(List.of("a"), read);
                assertTrue(first.isWritable());
                assertFalse(second.isWritable());
                second.append(bytes("lost"));
            }
            first.append(bytes("b"));
        }
        assertEquals(List.of("a", "b"), readBack());
    }

    @Test
    void manyThreadsAppend() throws Exception {
        try (IndexFile index = open(KEY, BINDING); ExecutorService pool = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 800; i++) {
                byte[] record = ByteBuffer.allocate(400).put(bytes("record " + i)).array();
                pool.submit(() -> {
                    index.append(record);
                    return null;
                });
            }
        }
        assertEquals(800, readBack().stream().distinct().count());
    }

    @Test
    void nothingThatIsWrittenCanBeSeen() throws IOException {
        write("a secret that nobody may see");
        assertFalse(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1).contains("secret"));
    }

    @Test
    void whatAKilledProcessBeganIsRemovedAfterAWhile() throws IOException {
        Path old = Files.write(directory.resolve(".index123.new"), new byte[40]);
        Path young = Files.write(directory.resolve(".index124.new"), new byte[40]);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));
        write("a");
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(young));
    }
}
