// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Any bytes as an index: records are read or not, and the next one who opens the file finds what was added. */
public final class IndexFileFuzz {
    private static final byte[] KEY = new byte[32];
    private static final byte[] BINDING = {1, 2, 3};

    private IndexFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Path file = Holder.FILE;
        Files.write(file, input);
        byte[] added = {42};
        try (IndexFile index = IndexFile.open(file, KEY, BINDING, bytes -> {})) {
            index.append(added);
        }
        List<Integer> last = new ArrayList<>();
        try (IndexFile index = IndexFile.open(file, KEY, BINDING, bytes -> last.add((int) bytes.get(bytes.limit() - 1)))) {
            if (last.isEmpty() || last.getLast() != added[0]) {
                throw new AssertionError("a record is lost");
            }
        }
    }

    private static final class Holder {
        static final Path FILE = make();

        static Path make() {
            try {
                Path directory = Files.createTempDirectory("index-fuzz");
                Path file = directory.resolve("fuzz.index");
                directory.toFile().deleteOnExit();
                file.toFile().deleteOnExit();
                return file;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
