// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void replacesWhatWouldSteerATerminalOrForgeALogLine() {
        assertEquals("a?[2Jb", Printable.of("a\u001b[2Jb"));
        assertEquals("?31mred", Printable.of("\u009b31mred"));
        assertEquals("one?two?three", Printable.of("one\ntwo\u2028three"));
        assertEquals("vm?gpj.exe", Printable.of("vm\u202egpj.exe"));
        assertEquals("?", Printable.of("\ud800"));
    }

    @Test
    void keepsWhatTerminalsShow() {
        String text = "größe → 日本 \ud83d\ude00";
        assertSame(text, Printable.of(text));
    }

    @Test
    void messagesOfErrorsArePrintable() {
        CorruptData error = new CorruptData("\"\u001b]0;x\u0007\" is no version", Place.of("evil\nname", 0, 5));
        assertEquals("evil?name [0, 5): \"?]0;x?\" is no version", error.getMessage());
        assertEquals("out [1, 2) → evil?name [0, 5): \"?]0;x?\" is no version", error.within(Place.of("out", 1, 2)).getMessage());
        assertEquals("evil?name", Place.of("evil\nname").toString());
    }
}
