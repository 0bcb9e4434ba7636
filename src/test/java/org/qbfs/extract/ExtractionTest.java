// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.RegularFile;

/** Extraction of files in memory, onto a medium that refuses, and of damaged ones. */
class ExtractionTest {
    private static final int SMALL = 5000;
    private static final int LARGE = 5 << 20;
    private static final int LOST_FROM = 1000;
    private static final int LOST_TO = 1100;

    /** In memory: whatever the disk's file system is, this one is of a kind whose files are synced together. */
    private Path directory;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "qbfs-test");
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Plan.Item item(String name, int size, boolean damaged) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 7);
        ByteSource whole = new MemorySource(name, bytes);
        return new Plan.Item(List.of(name), new RegularFile(new Attributes(1, 0400, size, size, Instant.EPOCH, 1),
                damaged ? new Damaged(whole) : whole, Optional.empty(), OptionalLong::empty), Optional.empty());
    }

    /** {@code whole}, of which some bytes are lost. */
    private record Damaged(ByteSource whole) implements ByteSource {
        @Override
        public long size() throws IOException {
            return whole.size();
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            if (position < LOST_TO && position + dst.remaining() > LOST_FROM) {
                throw new CorruptData("damaged", Place.of(name(), LOST_FROM, LOST_TO));
            }
            return whole.read(position, dst);
        }

        @Override
        public String name() {
            return whole.name();
        }
    }

    /** Calls {@code begins} before each file. */
    private record Watching(Consumer<String> begins) implements Extraction.Watcher {
        @Override
        public void begins(String path) {
            begins.accept(path);
        }

        @Override
        public void read(long bytes) {}

        @Override
        public void failed(String path, IOException why) {}
    }

    private static Extraction extraction(Consumer<String> begins, Publication.Medium medium, Plan.Item... items) {
        return new Extraction(new Plan(List.of(items), List.of()), new Extraction.Settings(false, true), new Watching(begins), medium);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, Posix.NO_SPACE})
    void whatTheMediumDidNotTakeGetsNoName(int error) throws IOException {
        Plan.Item[] items = new Plan.Item[1200];
        Arrays.setAll(items, i -> item("f" + i, 3, false));
        AtomicInteger syncs = new AtomicInteger();
        try (Extraction extraction = extraction(path -> {}, target -> {
            if (syncs.incrementAndGet() == 1) {
                throw TargetError.of(error, "target");
            }
        }, items)) {
            TargetError end = assertThrows(TargetError.class, () -> extraction.run(directory));
            assertTrue(end.getMessage().contains("Finished files that may not be on the medium are removed: 1000, of 3000 bytes"),
                    end::getMessage);
            assertEquals(error == Posix.NO_SPACE, end.getMessage().contains("f999 takes 4096 bytes"), end::getMessage);
        }
        assertEquals(List.of(), names());
    }

    @Test
    void aDamagedFileIsNeverThereWithoutItsList() throws IOException {
        Extraction[] running = new Extraction[1];
        try (Extraction extraction = extraction(path -> {
            if (path.equals("next")) {
                running[0].end();
            }
        }, TargetDirectory::sync, item("large", LARGE, true), item("small", SMALL, true), item("next", SMALL, false))) {
            running[0] = extraction;
            assertThrows(TargetError.class, () -> extraction.run(directory));
        }
        // The small one has waited for its name.
        assertEquals(List.of("large", "large.damage.txt", "small.damage.txt"), names());
        assertTrue(Files.readAllLines(directory.resolve("large.damage.txt")).get(2).startsWith(LOST_FROM + "\t" + LOST_TO + "\t"));
    }

    @ParameterizedTest
    @ValueSource(ints = {SMALL, LARGE})
    void aDamagedFileDoesNotGetTheListOfAnother(int size) throws IOException {
        Files.writeString(directory.resolve("image.damage.txt"), "of another");
        try (Extraction extraction = extraction(path -> {}, TargetDirectory::sync, item("image", size, true), item("next", SMALL, false))) {
            List<Plan.Failure> failures = extraction.run(directory);
            assertEquals(List.of("image", "image"), failures.stream().map(Plan.Failure::path).toList());
            assertInstanceOf(CorruptData.class, failures.getFirst().why());
            assertTrue(failures.getLast().why().getMessage().endsWith("image.damage.txt: is there already (--force replaces it)"));
        }
        assertEquals(List.of("image.damage.txt", "next"), names());
        assertEquals("of another", Files.readString(directory.resolve("image.damage.txt")));
    }
}
