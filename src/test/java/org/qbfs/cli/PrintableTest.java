// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/** What comes from a backup may not steer the terminal. */
class PrintableTest {
    @ParameterizedTest
    @CsvSource({"0x1b, escape", "0x0a, line feed", "0x7f, delete", "0x9b, control sequence introducer of 8 bits",
        "0x202e, right-to-left override", "0x2028, line separator", "0xd800, half a surrogate pair"})
    void replacesWhatMovesTheCursorOrTurnsText(int character, String what) {
        assertEquals("a?b", Table.printable("a" + Character.toString(character) + "b"), what);
    }

    @Test
    void keepsLettersOfAnyScript() {
        assertEquals("Grüße ファイル 🎉", Table.printable("Grüße ファイル 🎉"));
    }

    @Test
    void jsonEscapesThem() {
        assertEquals("\"a\\u001b\\u009b\\u202eb ü\"", Json.of("a\033\u009b\u202eb ü"));
    }

    @Test
    void errorsAreOneLineEach() {
        assertEquals("qbfs: chunk a?b: moved from ?c\n      " + new CorruptData("", Place.NONE).advice() + "\n",
                printed(new CorruptData("moved from \033c", Place.of("chunk a\nb"))));
        assertEquals("qbfs: a?b: no such file\n", printed(new IOException("a\rb: no such file")));
    }

    private static String printed(Throwable error) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Messages.print(new PrintStream(out, true, StandardCharsets.UTF_8), error, false);
        return out.toString(StandardCharsets.UTF_8);
    }
}
