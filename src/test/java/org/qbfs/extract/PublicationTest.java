// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicationTest {
    private static final int IO_ERROR = 5;

    /** In memory: whatever the disk's file system is, this one is of a kind whose files are synced together. */
    private Path directory;

    private final Temporaries temporaries = new Temporaries();
    private final List<String> failed = new ArrayList<>();
    private TargetDirectory top;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "qbfs-test");
        top = TargetDirectory.open(directory, temporaries);
    }

    @AfterEach
    void remove() throws IOException {
        top.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void write(Publication publication, TargetDirectory parent, String name, long size) throws TargetError {
        publication.enter(parent);
        try (OutputFile out = parent.create(name)) {
            out.write(0, ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip());
            out.finish(3, 0600, Instant.EPOCH);
            publication.publish(parent, out, size, name);
        }
    }

    private Publication publication(boolean replace) {
        return publication(replace, TargetDirectory::sync);
    }

    private Publication publication(boolean replace, Publication.Medium medium) {
        return new Publication(replace, (item, why) -> failed.add(item), medium);
    }

    /** As syncfs(2) does it: once it has told of an error, it knows nothing of it any more. */
    private static Publication.Medium refusesOnce(int error) {
        AtomicBoolean told = new AtomicBoolean();
        return directory -> {
            if (!told.getAndSet(true)) {
                throw TargetError.of(error, "target");
            }
        };
    }

    /** Names of files that are published, or that wait. */
    private List<String> names(boolean waiting) throws IOException {
        try (Stream<Path> list = Files.walk(directory)) {
            return list.filter(Files::isRegularFile).map(path -> directory.relativize(path).toString())
                    .filter(name -> name.contains(".part") == waiting).sorted().toList();
        }
    }

    @Test
    void smallFilesHaveNoNameBeforeAllAreOnTheMedium() throws IOException {
        try (Publication publication = publication(false)) {
            write(publication, top, "a", 3);
            write(publication, top, "b", 3);
            assertEquals(2, names(true).size());
            assertEquals(List.of(), names(false));
            publication.flush();
            assertEquals(List.of("a", "b"), names(false));
            assertEquals(List.of(), names(true));
        }
        assertEquals(List.of("a", "b"), names(false));
    }

    @Test
    void largeFilesWaitForNobody() throws IOException {
        try (Publication publication = publication(false)) {
            write(publication, top, "large", 5 << 20);
            assertEquals(List.of("large"), names(false));
        }
    }

    @Test
    void manyFilesAndManyBytesDoNotGather() throws IOException {
        try (Publication publication = publication(false)) {
            for (int i = 0; i < 1001; i++) {
                write(publication, top, "f" + i, 1);
            }
            assertTrue(names(false).size() >= 1000);
            for (int i = 0; i < 17; i++) {
                write(publication, top, "g" + i, 4 << 20);
            }
            assertTrue(names(false).size() >= 1017, names(false)::toString);
        }
    }

    @Test
    void directoriesStayOpenUntilTheirFilesHaveNames() throws IOException {
        try (Publication publication = publication(false)) {
            for (int i = 0; i < 450; i++) {
                top.makeDirectory("d" + i);
                TargetDirectory child = top.child("d" + i);
                write(publication, child, "a", 3);
                publication.leave(child);
            }
            assertTrue(descriptors() < 300, () -> "open directories");
            publication.flush();
        }
        assertEquals(450, names(false).size());
    }

    private long descriptors() throws IOException {
        long count = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open) {
                if (Files.isSymbolicLink(descriptor) && Files.readSymbolicLink(descriptor).startsWith(directory)) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void whatTookTheNameMeanwhileFailsThatFileAlone() throws IOException {
        try (Publication publication = publication(false)) {
            write(publication, top, "a", 3);
            write(publication, top, "b", 3);
            Files.writeString(directory.resolve("a"), "mine");
            publication.flush();
        }
        assertEquals(List.of("a"), failed);
        assertEquals("mine", Files.readString(directory.resolve("a")));
        assertEquals(List.of("a", "b"), names(false));
        assertEquals(List.of(), names(true));
    }

    @Test
    void whatWaitsIsRemovedWhenItIsClosedOrEnded() throws IOException {
        try (Publication publication = publication(false)) {
            write(publication, top, "a", 3);
        }
        try (Publication publication = publication(true)) {
            write(publication, top, "b", 3);
            temporaries.end();
            assertThrows(TargetError.class, publication::flush);
        }
        assertEquals(List.of(), names(true));
        assertEquals(List.of(), names(false));
    }

    @Test
    void whatTheMediumDidNotTakeGetsNoName() throws IOException {
        try (Publication publication = publication(true, refusesOnce(IO_ERROR))) {
            write(publication, top, "a", 3);
            write(publication, top, "b", 4);
            TargetError error = assertThrows(TargetError.class, publication::flush);
            assertTrue(error.endsAll());
            assertEquals("target: Input/output error. Finished files that may not be on the medium are removed: 2, of 7 bytes",
                    error.getMessage());
            assertEquals(List.of(), names(true));
            assertSame(error, assertThrows(TargetError.class, publication::flush));
            assertSame(error, assertThrows(TargetError.class, publication::sync));
            // Nor do files that are written later: the same device is below them.
            write(publication, top, "c", 3);
            assertSame(error, assertThrows(TargetError.class, publication::flush));
            assertSame(error, assertThrows(TargetError.class, () -> write(publication, top, "large", 5 << 20)));
        }
        assertEquals(List.of(), names(false));
        assertEquals(List.of(), names(true));
    }

    @Test
    void aMediumThatRefusesEndsAllWhateverItsError() throws IOException {
        try (Publication publication = publication(false, refusesOnce(Posix.INVALID))) {
            write(publication, top, "a", 3);
            assertTrue(assertThrows(TargetError.class, publication::flush).endsAll());
        }
    }

    @Test
    void anErrorBetweenTwoNamesKeepsNoOtherFileFromItsName() throws IOException {
        try (Publication publication = publication(true)) {
            write(publication, top, "a", 3);
            write(publication, top, "b", 3);
            write(publication, top, "c", 3);
            // No file can replace a directory, and that is none of the errors that others need not have.
            Files.createDirectory(directory.resolve("b"));
            TargetError error = assertThrows(TargetError.class, publication::flush);
            assertTrue(error.endsAll());
            assertEquals(List.of("a"), names(false));
            publication.flush();
            assertEquals(List.of("a", "c"), names(false));
            publication.flush();
        }
        assertEquals(List.of("a", "c"), names(false));
        assertEquals(List.of(), names(true));
    }

    @ParameterizedTest
    @CsvSource({"5.8.0, true", "5.8, true", "5.10.0-9-amd64, true", "6.12.48-1.qubes.fc37.x86_64, true", "5.7.19, false",
        "4.19.0-27-amd64, false", "10.0, true", "x, false", "'', false"})
    void kernelsThatTellOfErrorsAreKnown(String release, boolean tells) {
        assertEquals(tells, FileSystem.isSince(release, 5, 8));
    }
}
