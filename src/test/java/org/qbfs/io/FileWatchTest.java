// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.error.TruncatedData;

class FileWatchTest {
    private static final byte[] BYTES = new byte[50_000];

    @TempDir
    Path directory;
    private Path file;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        Arrays.fill(BYTES, (byte) 'x');
        file = Files.write(directory.resolve("file"), BYTES);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_600_000_000)));
    }

    private FileSource open() throws IOException {
        return FileSource.open(file, told::add);
    }

    /** One line, however often somebody looks. */
    private void requireToldOnce(FileSource source, String... parts) {
        source.lookForChange();
        source.dropCached(0, 10);
        assertEquals(1, told.size(), told::toString);
        for (String part : parts) {
            assertTrue(told.getFirst().contains(part), told.getFirst());
        }
    }

    @Test
    void nothingIsToldOfAFileThatStays() throws IOException {
        try (FileSource source = open()) {
            assertArrayEquals(BYTES, source.readBytes(0, BYTES.length));
            source.lookForChange();
        }
        assertEquals(List.of(), told);
    }

    @Test
    void aTouchIsToldAndAllCanBeRead() throws IOException {
        try (FileSource source = open()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000)));
            requireToldOnce(source, "only its time was changed");
            assertArrayEquals(BYTES, source.readBytes(0, BYTES.length));
        }
    }

    @Test
    void bytesWrittenInPlaceAreTold() throws IOException {
        try (FileSource source = open()) {
            Files.write(file, new byte[] {1}, StandardOpenOption.WRITE);
            requireToldOnce(source, "written to");
            assertEquals(1, source.readBytes(0, 1)[0], "what is right is for those above to say");
        }
    }

    @Test
    void aShorterFileIsToldByTheReadThatMeetsItsEnd() throws IOException {
        try (FileSource source = open()) {
            Files.write(file, new byte[20_000]);
            assertThrows(TruncatedData.class, () -> source.read(30_000, ByteBuffer.allocate(10)));
            requireToldOnce(source, "20000 bytes now", "had 50000");
            assertEquals(10, source.read(19_990, ByteBuffer.allocate(10)));
        }
    }

    @Test
    void aGrowingFileIsToldAndKeepsItsSize() throws IOException {
        try (FileSource source = open()) {
            Files.write(file, new byte[5], StandardOpenOption.APPEND);
            requireToldOnce(source, "grown from 50000 to 50005", "copied");
            assertEquals(BYTES.length, source.size());
            assertEquals(0, source.read(BYTES.length, ByteBuffer.allocate(10)));
        }
    }

    @Test
    void theFileThatWasOpenedIsReadWhenAnotherTakesItsName() throws IOException {
        try (FileSource source = open()) {
            Path other = Files.write(directory.resolve("other"), new byte[BYTES.length]);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            requireToldOnce(source, "another file has its name");
            assertArrayEquals(BYTES, source.readBytes(0, BYTES.length));
        }
    }

    @Test
    void theFileThatWasOpenedIsReadWhenItIsRemoved() throws IOException {
        try (FileSource source = open()) {
            Files.delete(file);
            requireToldOnce(source, "removed");
            assertArrayEquals(BYTES, source.readBytes(0, BYTES.length));
        }
    }

    @Test
    void aReaderWhoGoesOnReadingNotices() throws IOException, InterruptedException {
        try (FileSource source = open()) {
            Files.write(file, new byte[1], StandardOpenOption.APPEND);
            for (int i = 0; i < 500 && told.isEmpty(); i++) {
                source.read(0, ByteBuffer.allocate(1));
                Thread.sleep(10);
            }
        }
        assertEquals(1, told.size(), told::toString);
    }

    @Test
    void aClosedFileIsNotLookedAt() throws IOException {
        FileSource source = open();
        source.close();
        Files.delete(file);
        source.lookForChange();
        assertEquals(List.of(), told);
    }
}
