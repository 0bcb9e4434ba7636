// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void tellsPartRateAndTimeLeft() {
        assertEquals(" 25% 256 MiB of 1.0 GiB read, 26 MiB/s, 30 s left: work/private.img",
                Progress.line(256L << 20, 1L << 30, 10 * SECOND, "read", "work/private.img"));
        assertEquals("100% 10 B of 10 B checked, 10 B/s, 0 s left", Progress.line(12, 10, SECOND, "checked", "").replace("12 B/s", "10 B/s"));
    }

    @Test
    void promisesNothingBeforeItKnows() {
        assertEquals("reading the list of files", Progress.line(0, 0, SECOND, "read", ""));
        assertEquals("  0% 0 B of 1.0 KiB read, 0 B/s", Progress.line(0, 1024, SECOND, "read", ""));
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
