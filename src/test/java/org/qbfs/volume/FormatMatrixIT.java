// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;

/**
 * Backups of every kind, made by the real tools and compared byte for byte. Of the combinations of version,
 * encryption, filter, sparse encoding and chunk size, so many are made that every two choices that can meet
 * do so.
 */
class FormatMatrixIT {
    /** What every version may have; version 2 had gzip alone. */
    private static final List<String> GZIP = List.of("-", "gzip", "gzip -3", "pigz");
    private static final List<String> OTHERS = List.of("bzip2", "pbzip2", "xz", "xz -T2 --block-size 20000", "lzma", "zstd",
            "zstdmt -1", "lz4", "lz4 -9 -BD");
    private static final List<String> SPARSE = List.of("gnu", "pax10", "pax01", "pax00", "none");
    /** Many chunks of an odd size; some; one; and a size that a file's stream fills to the last byte. */
    private static final List<String> CHUNKS = List.of("tiny", "some", "one", "exact");

    private static final int TINY = 7_777;
    private static final int TINY_VOLUME = 7 << 10;
    private static final int SOME = 20_480;
    /** A tar stream is a multiple of this, unless upstream's own writer made it. */
    private static final int RECORD = 10_240;
    /** What scrypt adds to a chunk. */
    private static final int SCRYPT_OVERHEAD = 128;

    @TempDir
    static Path directory;

    private static SourceTree numbers;
    private static SourceTree names;
    private static SourceTree version4;

    @BeforeAll
    static void makeTrees() throws IOException {
        version4 = SourceTree.make(directory.resolve("version4"), SourceTree.Layout.NUMBERS, true);
        numbers = SourceTree.make(directory.resolve("numbers"), SourceTree.Layout.NUMBERS, false);
        names = SourceTree.make(directory.resolve("names"), SourceTree.Layout.NAMES, false);
    }

    static Stream<Arguments> kinds() {
        List<List<String>> all = new ArrayList<>();
        List<String> filters = Stream.concat(GZIP.stream(), OTHERS.stream()).toList();
        for (String version : List.of("4", "3", "2", "2-headerless")) {
            boolean old = version.startsWith("2");
            for (String encrypted : List.of("encrypted", "open")) {
                for (String filter : old ? GZIP : filters) {
                    for (String sparse : SPARSE) {
                        for (String chunks : CHUNKS) {
                            if (exists(version, encrypted, filter, sparse, chunks)) {
                                all.add(List.of(version, encrypted, filter, sparse, chunks));
                            }
                        }
                    }
                }
            }
        }
        return Pairs.covering(all).stream().map(choices -> Arguments.of(choices.toArray()));
    }

    private static boolean exists(String version, String encrypted, String filter, String sparse, String chunks) {
        boolean pax = sparse.startsWith("pax");
        if (version.equals("4") && !encrypted.equals("encrypted")) {
            return false;
        }
        // No codec knows what it decodes, so two encodings are enough; one chunk has no seams that could go wrong.
        if (OTHERS.contains(filter) && (chunks.equals("one") || !sparse.equals("gnu") && !sparse.equals("pax10"))) {
            return false;
        }
        // Hundreds of chunks that are like those of the other rows.
        if (chunks.equals("tiny") && filter.equals("-") && sparse.equals("none")) {
            return false;
        }
        // Volumes are a multiple of 1,024 bytes; compressed pax streams hold a process number, so their size varies.
        return version.startsWith("2") ? !pax : !chunks.equals("exact") || !pax;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void readsWhatTheToolsWrote(String version, String encrypted, String filter, String sparse, String chunks)
            throws Exception {
        boolean secret = encrypted.equals("encrypted");
        SourceTree tree = version.equals("4") ? version4 : secret ? numbers : names;
        List<String> options = new ArrayList<>(List.of("--version", version, "--sparse", sparse,
                "--whole-dir", tree.layout().fedora));
        if (!secret) {
            options.add("--no-encrypted");
        }
        options.addAll(filter.equals("-") ? List.of("--no-compressed") : List.of("--filter", filter));
        long size = chunkSize(version, secret, chunks, tree, options);
        if (size > 0) {
            options.addAll(List.of("--chunk-size", String.valueOf(size)));
        }
        Path made = MadeBackup.make(tree, directory.resolve("backup"), options);
        try (BackupFile backup = MadeBackup.open(made)) {
            checkFixture(backup, tree, version, chunks, size);
            tree.compare(backup, !version.startsWith("2"));
        } finally {
            Files.delete(made);
        }
    }

    /** The size that {@code chunks} stands for; 0 for the default. */
    private static long chunkSize(String version, boolean secret, String chunks, SourceTree tree, List<String> options)
            throws Exception {
        boolean volumes = version.startsWith("2");
        return switch (chunks) {
            case "tiny" -> volumes ? TINY_VOLUME : TINY;
            case "some" -> SOME;
            case "exact" -> volumes ? RECORD : streamSize(version, tree, options);
            default -> 0;
        };
    }

    /** The size of the image's stream, found out by a backup that holds it in one chunk. */
    private static long streamSize(String version, SourceTree tree, List<String> options) throws Exception {
        Path made = MadeBackup.make(tree, directory.resolve("whole"), options, "qubes.xml", tree.image());
        try (BackupFile backup = MadeBackup.open(made)) {
            long stored = backup.catalog().group(tree.image()).orElseThrow().storedSize();
            return version.equals("4") ? stored - SCRYPT_OVERHEAD : stored;
        } finally {
            Files.delete(made);
        }
    }

    /** What was made is what it was meant to be. */
    private static void checkFixture(BackupFile backup, SourceTree tree, String version, String chunks, long size) {
        assertEquals(version.charAt(0) - '0', backup.header().version());
        FileGroup image = backup.catalog().group(tree.image()).orElseThrow();
        int count = image.chunks().size();
        switch (chunks) {
            case "tiny" -> assertTrue(count >= 6, () -> count + " chunks");
            case "some" -> assertTrue(count >= 2, () -> count + " chunks");
            case "one" -> assertEquals(1, count);
            default -> {
                if (version.startsWith("2")) {
                    assertTrue(count >= 4, () -> count + " chunks");
                } else {
                    int overhead = version.equals("4") ? SCRYPT_OVERHEAD : 0;
                    assertEquals(List.of(size + overhead, (long) overhead),
                            image.chunks().stream().map(Chunk::member).map(member -> member.size()).toList());
                }
            }
        }
        assertTrue(backup.catalog().group(tree.layout().fedora + "/.").isPresent());
    }
}
