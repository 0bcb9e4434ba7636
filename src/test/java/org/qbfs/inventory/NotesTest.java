// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;

class NotesTest {
    @Test
    void textIsGivenAsItIs() throws Exception {
        assertEquals("a\nß €\n", Notes.parse("a\nß €\n".getBytes(UTF_8)));
        assertEquals("", Notes.parse(new byte[0]));
    }

    @Test
    void otherBytesAndTooManyAreCorrupt() {
        assertThrows(CorruptData.class, () -> Notes.parse(new byte[] {'a', (byte) 0xff}));
        assertThrows(CorruptData.class, () -> Notes.parse(new byte[(1 << 20) + 1]));
    }
}
