// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private static String line(long done, long total, long nanos, String verb, String what) {
        return new Progress.Line(done, total, nanos, verb, what).toString();
    }

    @Test
    void tellsPartRateAndTimeLeft() {
        assertEquals(" 25% 256 MiB of 1.0 GiB read, 26 MiB/s, 30 s left: work/private.img",
                line(256L << 20, 1L << 30, 10 * SECOND, "read", "work/private.img"));
        assertEquals("100% 10 B of 10 B checked, 2 B/s, 0 s left", line(12, 10, 5 * SECOND, "checked", ""));
    }

    @Test
    void promisesNothingBeforeItKnows() {
        assertEquals("reading the list of files", line(0, 0, SECOND, "read", ""));
        assertEquals("  0% 0 B of 1.0 KiB read, 0 B/s", line(0, 1024, SECOND, "read", ""));
        assertEquals("  0% 406 B of 286 MiB checked, 40 B/s", line(406, 286 << 20, 10 * SECOND, "checked", ""));
        assertEquals(" 50% 50 MiB of 100 MiB read, 50 MiB/s", line(50 << 20, 100 << 20, SECOND, "read", ""));
        assertEquals("  0% 100 MiB of 1.0 TiB read, 25 MiB/s, 11:39:00 left", line(100 << 20, 1L << 40, 4 * SECOND, "read", ""));
        assertEquals("  0% 0 B of 1.0 KiB read, 0 B/s", line(0, 1024, 0, "read", ""));
    }

    @Test
    void isNeverWiderThanTheTerminal() {
        Progress.Line line = new Progress.Line(256L << 20, 1L << 30, 10 * SECOND, "read", "work/private.img");
        assertEquals(line.toString(), line.within(79));
        assertEquals(" 25% 256 MiB of 1.0 GiB read, 26 MiB/s, 30 s left: work/priv", line.within(60));
        assertEquals(" 25% 256 MiB of 1.0 GiB read, 26 MiB/s, 30 s left", line.within(55));
        assertEquals(" 25% of 1.0 GiB, 30 s left: work/privat", line.within(39));
        assertEquals(" 25% of 1.0 GiB, 30 s left", line.within(30));
        assertEquals(" 25%", line.within(4));
        assertEquals("", line.within(0));
        assertEquals("", line.within(-1));
        Progress.Line wide = new Progress.Line(256L << 20, 1L << 30, 10 * SECOND, "read", "ドキュメント/ファイル");
        assertEquals(" 25% of 1.0 GiB, 30 s left: ドキュメン", wide.within(39));
        for (int width = 0; width < 100; width++) {
            assertTrue(line.within(width).length() <= width);
        }
    }

    @Test
    void linesOfOthersStandAboveTheOneThatChanges() {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        PrintStream errors = System.err;
        PrintStream terminal = new PrintStream(screen, true, StandardCharsets.UTF_8);
        System.setErr(terminal);
        try (Progress progress = Progress.start(terminal, Progress.Style.TERMINAL, "read")) {
            progress.total(1024);
            progress.show();
            System.err.print("half ");
            progress.show();
            System.err.println("a warning");
            progress.show();
            System.err.print("no end");
        } finally {
            System.setErr(errors);
        }
        String line = "\r  0% 0 B of 1.0 KiB read, 0 B/s\033[K";
        String shown = screen.toString(StandardCharsets.UTF_8);
        assertTrue(shown.startsWith(line + line), shown);
        // However often the line is shown.
        assertEquals("\r\033[Khalf a warning\n\r\033[Kno end", shown.replace(line, ""));
    }

    @Test
    void showsDurationsAsPeopleReadThem() {
        assertEquals("59 s", Progress.duration(59));
        assertEquals("1:00", Progress.duration(60));
        assertEquals("12:05", Progress.duration(725));
        assertEquals("2:00:09", Progress.duration(7209));
    }

    @Test
    void writesNothingWhenItIsNotWanted() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Progress progress = Progress.start(new PrintStream(out, true, StandardCharsets.UTF_8), Progress.Style.NONE, "read")) {
            progress.total(10);
            progress.add(5);
        }
        assertEquals("", out.toString(StandardCharsets.UTF_8));
        assertEquals(Progress.Style.NONE, Progress.Style.of(false));
    }
}
