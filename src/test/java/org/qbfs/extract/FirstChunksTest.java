// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstChunksTest {
    @ParameterizedTest
    @CsvSource({"work,work/private.img,true", "work/,work/private.img,true", "/work,work/private.img,true",
        "./work,work/private.img,true", "'',work/private.img,true", "dom0/user/a/b,dom0/user,true", "work/private.img,work/,true",
        "work,work2/private.img,false", "work/private,work/private.img,false", "work/root.img,work/private.img,false"})
    void pathsOverlapAtWholeNames(String path, String group, boolean expected) {
        assertEquals(expected, FirstChunks.overlaps(path, group));
    }

    @ParameterizedTest
    @CsvSource({"work/private.img,vm1/private.img,true", "work/private.img,vm2/private.img,true", "work/private.img,vm1/root.img,false",
        "work,vm1/root.img,true", "'',vm1/root.img,true", "'',qubes.xml,false", "dom0/user/a,dom0-home/user,true",
        "work/private.img/,vm1/private.img,true", "/work/private.img,vm1/private.img,true"})
    void pathMayMeanTheFilesOfThatNameInAnyVm(String path, String group, boolean expected) {
        assertEquals(expected, FirstChunks.mayHold(group, path));
    }
}
