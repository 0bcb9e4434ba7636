// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DropCachedTest {
    @TempDir
    Path directory;

    @Test
    void aFileReadsTheSameAfterwards() throws IOException {
        byte[] bytes = new byte[300_000];
        bytes[200_000] = 7;
        Path path = Files.write(directory.resolve("ünï code"), bytes);
        try (FileSource file = FileSource.open(path)) {
            file.dropCached(0, bytes.length);
            file.dropCached(199_999, 2);
            file.dropCached(bytes.length, 100);
            assertArrayEquals(bytes, file.readBytes(0, bytes.length));
            Files.delete(path);
            file.dropCached(0, bytes.length);
            assertArrayEquals(bytes, file.readBytes(0, bytes.length));
        }
    }

    @Test
    void aSlicePassesItsOwnRangeOn() {
        List<String> dropped = new ArrayList<>();
        ByteSource whole = new ByteSource() {
            @Override
            public long size() {
                return 100;
            }

            @Override
            public int read(long position, ByteBuffer dst) {
                return 0;
            }

            @Override
            public String name() {
                return "whole";
            }

            @Override
            public void dropCached(long position, long length) {
                dropped.add(position + " +" + length);
            }
        };
        SliceSource slice = new SliceSource("slice", whole, 10, 50);
        slice.dropCached(0, 50);
        slice.dropCached(20, 1000);
        slice.dropCached(70, 5);
        assertEquals(List.of("10 +50", "30 +30", "80 +0"), dropped);
    }
}
