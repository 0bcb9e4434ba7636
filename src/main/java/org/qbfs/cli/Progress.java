// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says how far a long work is: on a terminal in one line that changes, elsewhere in a line now and then. Safe for many
 * threads. Writes nothing after {@link #close}.
 */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 250;
    private static final long PLAIN_MILLIS = 10_000;
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final String verb;
    private final AtomicLong done = new AtomicLong();
    private final long began = System.nanoTime();
    private final ScheduledExecutorService ticker;
    private volatile long total;
    private volatile String what = "";
    /** Guarded by this: whether a line is on the terminal, and whether there may be more. */
    private boolean shown;
    private boolean closed;

    /** How progress is shown. */
    enum Style {
        /** One line that changes. */
        TERMINAL,
        /** A line now and then. */
        PLAIN,
        /** Not at all. */
        NONE;

        /** As the user said, or as fits where the standard error leads to. */
        static Style of(Boolean wanted) {
            if (Boolean.FALSE.equals(wanted)) {
                return NONE;
            }
            return Posix.isTerminal(2) ? TERMINAL : PLAIN;
        }
    }

    /** Begins; {@code verb} says what is done to the bytes, as in "read". */
    static Progress start(PrintStream out, Style style, String verb) {
        Progress progress = new Progress(out, style == Style.TERMINAL, verb);
        if (style != Style.NONE) {
            long millis = style == Style.TERMINAL ? TERMINAL_MILLIS : PLAIN_MILLIS;
            progress.ticker.scheduleAtFixedRate(progress::show, millis, millis, TimeUnit.MILLISECONDS);
        }
        return progress;
    }

    private Progress(PrintStream out, boolean terminal, String verb) {
        this.out = out;
        this.terminal = terminal;
        this.verb = verb;
        this.ticker = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("qbfs-progress").factory());
    }

    /** How many bytes there are to do; 0 while that is not known. */
    void total(long bytes) {
        total = bytes;
    }

    /** So many more are done. */
    void add(long bytes) {
        done.addAndGet(bytes);
    }

    /** So many are done. */
    void done(long bytes) {
        done.set(bytes);
    }

    /** What is being done now. */
    void what(String name) {
        what = Table.printable(name);
    }

    /** Prints {@code lines} by themselves, above the line that changes. */
    synchronized void print(Runnable lines) {
        clear();
        lines.run();
    }

    private synchronized void show() {
        if (closed) {
            return;
        }
        String line = line(done.get(), total, System.nanoTime() - began, verb, what);
        if (terminal) {
            // Longer lines would not be cleared.
            out.print(CLEAR_LINE + line.substring(0, Math.min(line.length(), 79)));
            out.flush();
            shown = true;
        } else {
            out.println("qbfs: " + line);
        }
    }

    private void clear() {
        if (shown) {
            out.print(CLEAR_LINE);
            out.flush();
            shown = false;
        }
    }

    /** One line: how far, how fast, and how long it will take if that stays so. */
    static String line(long done, long total, long nanos, String verb, String what) {
        if (total <= 0) {
            return "reading the list of files" + (what.isEmpty() ? "" : ": " + what);
        }
        double seconds = nanos / 1e9;
        double rate = done / Math.max(seconds, 1e-3);
        int percent = (int) (Math.min(done, total) * 100.0 / total);
        String left = done == 0 ? "" : ", " + duration((long) Math.ceil(Math.max(0, total - done) / rate)) + " left";
        return String.format(Locale.ROOT, "%3d%% %s of %s %s, %s/s%s%s", percent, Size.show(Math.min(done, total)),
                Size.show(total), verb, Size.show((long) rate), left, what.isEmpty() ? "" : ": " + what);
    }

    /** {@code 7 s}, {@code 3:05}, {@code 2:00:09}. */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        String minutes = String.format(Locale.ROOT, "%02d:%02d", seconds / 60 % 60, seconds % 60);
        return seconds < 3600 ? minutes.replaceFirst("^0", "") : seconds / 3600 + ":" + minutes;
    }

    /** Takes the line away. */
    @Override
    public synchronized void close() {
        closed = true;
        ticker.shutdownNow();
        clear();
    }
}
