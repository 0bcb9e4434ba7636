// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.io.MemorySource;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.RegularFile;

class TargetDirectoryTest {
    private static final Instant TIME = Instant.parse("2001-02-03T04:05:06.789012345Z");

    @TempDir
    Path directory;

    private final Temporaries temporaries = new Temporaries();

    private TargetDirectory open() throws IOException {
        return TargetDirectory.open(directory, temporaries);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/etc/passwd", "../x", "a\0b"})
    void refusesNamesThatLeadElsewhere(String name) throws IOException {
        try (TargetDirectory target = open()) {
            assertThrows(TargetError.class, () -> target.create(name).close());
            assertThrows(TargetError.class, () -> target.makeDirectory(name));
            assertThrows(TargetError.class, () -> target.child(name).close());
            assertThrows(TargetError.class, () -> target.has(name));
            assertThrows(TargetError.class, () -> target.link(name, "x", TIME, true));
            assertThrows(TargetError.class, () -> target.hardLink(name, target, "x", true));
        }
        assertEquals(List.of(), names());
    }

    @Test
    void opensNoLinkAsADirectory() throws IOException {
        Files.createDirectory(directory.resolve("real"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
        try (TargetDirectory target = open()) {
            target.child("real").close();
            assertThrows(TargetError.class, () -> target.child("link").close());
            assertFalse(target.makeDirectory("link"));
            assertTrue(target.has("link"));
            assertFalse(target.has("nothing"));
        }
    }

    @Test
    void aFileHasItsNameOnlyWhenPublished() throws IOException {
        byte[] bytes = {1, 2, 3};
        try (TargetDirectory target = open()) {
            try (OutputFile out = target.create("a")) {
                out.write(0, direct(bytes));
                assertFalse(target.has("a"));
            }
            assertEquals(List.of(), names());
            try (OutputFile out = target.create("a")) {
                out.write(0, direct(bytes));
                out.finish(5, 0640, TIME);
                out.publish(false);
            }
        }
        assertEquals(List.of("a"), names());
        Path file = directory.resolve("a");
        assertArrayEquals(new byte[] {1, 2, 3, 0, 0}, Files.readAllBytes(file));
        assertEquals(TIME, Files.getLastModifiedTime(file).toInstant());
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void replacesOnlyWhenToldTo() throws IOException {
        Path file = Files.writeString(directory.resolve("a"), "old");
        try (TargetDirectory target = open()) {
            try (OutputFile out = target.create("a")) {
                assertThrows(TargetError.class, () -> out.publish(false));
            }
            assertEquals("old", Files.readString(file));
            try (OutputFile out = target.create("a")) {
                out.publish(true);
            }
            assertEquals("", Files.readString(file));
            target.link("a", "elsewhere", TIME, true);
            assertThrows(TargetError.class, () -> target.link("a", "again", TIME, false));
        }
        assertEquals(Path.of("elsewhere"), Files.readSymbolicLink(file));
        assertEquals(TIME, Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant());
        assertEquals(List.of("a"), names());
    }

    @Test
    void hardLinksMayBeMadeTwice() throws IOException {
        Files.writeString(directory.resolve("a"), "text");
        try (TargetDirectory target = open()) {
            target.hardLink("b", target, "a", false);
            target.hardLink("b", target, "a", true);
            assertThrows(TargetError.class, () -> target.hardLink("b", target, "a", false));
        }
        assertEquals(List.of("a", "b"), names());
        assertEquals(Files.getAttribute(directory.resolve("a"), "unix:ino"), Files.getAttribute(directory.resolve("b"), "unix:ino"));
    }

    @Test
    void blocksOfZerosAreNotWrittenWhereverPiecesBegin() throws IOException {
        byte[] expected = new byte[20 * OutputFile.BLOCK];
        Arrays.fill(expected, 3 * OutputFile.BLOCK - 1, 3 * OutputFile.BLOCK + 1, (byte) 7);
        Arrays.fill(expected, 15 * OutputFile.BLOCK, 16 * OutputFile.BLOCK, (byte) 8);
        for (int piece : new int[] {expected.length, 4096, 5000, 12_288, 333}) {
            String name = "pieces of " + piece;
            try (TargetDirectory target = open(); OutputFile out = target.create(name)) {
                for (int at = 0; at < expected.length; at += piece) {
                    out.write(at, direct(Arrays.copyOfRange(expected, at, Math.min(expected.length, at + piece))));
                }
                out.finish(expected.length, 0600, TIME);
                out.publish(false);
            }
            assertArrayEquals(expected, Files.readAllBytes(directory.resolve(name)), name);
        }
    }

    /** Large runs go past the page cache where the file system takes that, in whole blocks; what is around them does not. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 0, 1", "0, 100, 0", "4096, 0, 4095", "5000, 5000, 3", "5000, 904, 3", "1, 1, 0", "1, 1, 4095",
        "4095, 4095, 4000", "4095, 100, 4000", "512, 512, 3584", "512, 0, 511"})
    void largeRunsAreWrittenWhereverTheyBeginInTheFileAndInMemory(int start, int inMemory, int more) throws IOException {
        byte[] data = new byte[2 * WritePipe.PIECE + more];
        new Random(start + more).nextBytes(data);
        // A hole within, that leaves two large runs.
        Arrays.fill(data, data.length / 2, data.length / 2 + 3 * OutputFile.BLOCK, (byte) 0);
        ByteBuffer room = ByteBuffer.allocateDirect(data.length + 4 * OutputFile.BLOCK).alignedSlice(OutputFile.BLOCK);
        room.position(inMemory).put(data).flip().position(inMemory);
        boolean ending = (start + data.length) % OutputFile.BLOCK != 0;
        try (TargetDirectory target = open(); OutputFile out = target.create("a")) {
            out.write(start, direct(new byte[] {1, 2, 3}));
            out.write(start, room);
            boolean wholeBlocks = target.fileSystem().takesDirectWrites() && (start - inMemory) % OutputFile.BLOCK == 0;
            assertEquals(wholeBlocks && !ending, out.isDirect());
            out.write(start + data.length, direct(new byte[] {4}));
            assertFalse(out.isDirect());
            out.finish(start + data.length + 1, 0600, TIME);
            out.sync();
            out.publish(false);
        }
        byte[] expected = Arrays.copyOf(new byte[start], start + data.length + 1);
        System.arraycopy(data, 0, expected, start, data.length);
        expected[start + data.length] = 4;
        assertArrayEquals(expected, Files.readAllBytes(directory.resolve("a")));
    }

    @Test
    void nothingIsMadeOrPublishedAfterTheEnd() throws IOException {
        try (TargetDirectory target = open(); OutputFile out = target.create("a")) {
            assertEquals(1, names().size());
            temporaries.end();
            assertEquals(List.of(), names());
            assertThrows(TargetError.class, () -> out.publish(true));
            assertThrows(TargetError.class, () -> target.create("b").close());
        }
        assertEquals(List.of(), names());
    }

    @Test
    void tooLittleSpaceIsSaidBeforeAnythingIsWritten() throws IOException {
        RegularFile huge = new RegularFile(new Attributes(1, 0400, 1L << 60, 1L << 60, TIME, 1),
                new MemorySource("huge", new byte[0]), Optional.empty(), OptionalLong::empty);
        Plan plan = new Plan(List.of(new Plan.Item(List.of("huge"), huge, Optional.empty())), List.of());
        try (Extraction extraction = new Extraction(plan, new Extraction.Settings(false, false), null)) {
            TargetError error = assertThrows(TargetError.class, () -> extraction.run(directory));
            assertTrue(error.getMessage().contains("are free"), error.getMessage());
        }
        assertEquals(List.of(), names());
    }

    @Test
    void unusableTargetIsSaidWithoutReading() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
        Path here = Files.createSymbolicLink(directory.resolve("here"), Path.of("."));
        for (Path wrong : List.of(file, file.resolve("a/b"), link, link.resolve("a"))) {
            TargetError error = assertThrows(TargetError.class, () -> Extraction.requireUsable(wrong, List.of("")), wrong.toString());
            assertTrue(error.getMessage().endsWith(": is no directory"), error.getMessage());
        }
        for (Path right : List.of(directory, here, directory.resolve("a/b/c"), here.resolve("../new"))) {
            Extraction.requireUsable(right, List.of(""));
        }
    }
}
