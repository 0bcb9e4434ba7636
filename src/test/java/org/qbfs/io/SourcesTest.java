// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.error.TruncatedData;

class SourcesTest {
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void memorySourceKeepsTheContract() throws Exception {
        for (int length : new int[] {0, 1, 1000, 100_000}) {
            ByteSourceContract.check(new MemorySource("memory", bytes(length)), bytes(length));
        }
    }

    @Test
    void sliceKeepsTheContractAtEveryEdge() throws Exception {
        byte[] whole = bytes(10_000);
        for (int[] slice : new int[][] {{0, 10_000}, {0, 0}, {17, 4000}, {9999, 1}, {10_000, 0}}) {
            ByteSourceContract.check(
                    new SliceSource("slice", new MemorySource("memory", whole), slice[0], slice[1]),
                    Arrays.copyOfRange(whole, slice[0], slice[0] + slice[1]));
        }
    }

    @Test
    void fileKeepsTheContractAndNoticesThatItShrank(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("file");
        Files.write(file, bytes(70_000));
        try (FileSource source = FileSource.open(file)) {
            ByteSourceContract.check(source, bytes(70_000));
            Files.write(file, bytes(10));
            assertThrows(TruncatedData.class, () -> source.read(60_000, ByteBuffer.allocate(5)));
            source.close();
            assertThrows(ClosedChannelException.class, () -> source.read(0, ByteBuffer.allocate(5)));
        }
    }
}
