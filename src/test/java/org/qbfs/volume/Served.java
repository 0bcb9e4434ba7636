// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.qbfs.error.QbfsException;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.RegularFile;

/**
 * What can be read of a damaged image.
 *
 * @param lostFrom where the first piece begins that cannot be read; the size if all can be
 * @param from where the last row of pieces begins that can be read, up to the end; the size if there is none
 * @param inferredFrom what the file says
 */
record Served(long lostFrom, long from, OptionalLong inferredFrom) {
    private static final int PIECE = 4096;

    /** Reads all of the image at {@code path}; what is given must be right. */
    static Served of(BackupFile backup, String path, byte[] truth) throws IOException {
        RegularFile file = (RegularFile) BackupTree.of(backup).find(path).orElseThrow();
        assertEquals(truth.length, file.attributes().size());
        // Some far reads come first, when nothing is known.
        Random random = new Random(truth.length);
        for (int i = 0; i < 5; i++) {
            isRight(file, random.nextInt(truth.length - PIECE), truth);
        }
        long lostFrom = truth.length;
        long from = 0;
        for (int at = 0; at < truth.length; at += PIECE) {
            if (!isRight(file, at, truth)) {
                lostFrom = Math.min(lostFrom, at);
                from = Math.min(truth.length, at + PIECE);
            }
        }
        return new Served(lostFrom, from == 0 ? truth.length : from, file.inferredFrom().get());
    }

    private static boolean isRight(RegularFile file, int at, byte[] truth) throws IOException {
        int length = Math.min(PIECE, truth.length - at);
        try {
            assertArrayEquals(Arrays.copyOfRange(truth, at, at + length), file.contents().readBytes(at, length), "at " + at);
            return true;
        } catch (QbfsException e) {
            return false;
        }
    }
}
