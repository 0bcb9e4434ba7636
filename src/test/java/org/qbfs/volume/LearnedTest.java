// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.backup.Member;

class LearnedTest {
    @TempDir
    private Path dir;

    @Test
    void whatIsLearnedBeforeTheIndexIsOpenIsKept() throws Exception {
        Member early = new Member("qubes.xml.000.enc", 0, 512, 1000, true);
        Member late = new Member("vm1/private.img.000.enc", 10240, 10752, 1000, true);
        byte[] key = new byte[64];
        key[63] = 7;
        byte[] indexKey = new byte[32];
        IndexPlace place = new IndexPlace(dir.resolve("index"));
        try (Learned learned = new Learned()) {
            learned.keepKey(early, key);
            learned.open(place, indexKey, new byte[] {1});
            learned.keepKey(late, key);
        }
        try (Learned again = new Learned()) {
            again.open(place, indexKey, new byte[] {1});
            assertArrayEquals(key, again.key(early).orElseThrow());
            assertArrayEquals(key, again.key(late).orElseThrow());
        }
    }
}
