// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * Says how far a long work is: on a terminal in one line that changes and is never wider than it, elsewhere in a line now
 * and then. What others write to the standard error meanwhile stands above that line. Safe for many threads. Writes
 * nothing after {@link #close}.
 */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 250;
    private static final long PLAIN_MILLIS = 10_000;
    private static final String CLEAR_LINE = "\r\033[K";
    /** Overwrites first, so that nothing flickers. */
    private static final String CLEAR_REST = "\033[K";
    private static final int USUAL_COLUMNS = 80;
    /** A name of fewer columns tells nothing. */
    private static final int SHORTEST_NAME = 8;
    /** Before so much is done, how long it will take is a guess. */
    private static final double LEAST_SECONDS = 2;
    private static final long LEAST_BYTES = 64 << 20;
    private static final int LEAST_PART = 100;
    /** From here on come scripts whose characters may take two columns (Unicode, East Asian Width). */
    private static final int FIRST_WIDE = 0x1100;

    private final PrintStream out;
    private final boolean terminal;
    private final String verb;
    private final IntSupplier columns;
    private final AtomicLong done = new AtomicLong();
    private final ScheduledExecutorService ticker;
    private final PrintStream errors = System.err;
    private final Above above = new Above();
    /** When the size of the work was known: before that, nothing is done. */
    private volatile long began = System.nanoTime();
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
        Progress progress = new Progress(out, style == Style.TERMINAL, verb, () -> Posix.columns(2));
        if (style == Style.TERMINAL) {
            System.setErr(new PrintStream(progress.above, true, progress.errors.charset()));
        }
        if (style != Style.NONE) {
            long millis = style == Style.TERMINAL ? TERMINAL_MILLIS : PLAIN_MILLIS;
            progress.ticker.scheduleAtFixedRate(progress::show, millis, millis, TimeUnit.MILLISECONDS);
        }
        return progress;
    }

    /** Shows nothing by itself; {@code columns} gives how wide the terminal is now, or 0. */
    Progress(PrintStream out, boolean terminal, String verb, IntSupplier columns) {
        this.out = out;
        this.terminal = terminal;
        this.verb = verb;
        this.columns = columns;
        this.ticker = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("qbfs-progress").factory());
    }

    /** How many bytes there are to do; 0 while that is not known. */
    void total(long bytes) {
        began = System.nanoTime();
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

    /** Shows how far it is now. */
    synchronized void show() {
        if (closed) {
            return;
        }
        Line line = new Line(done.get(), total, System.nanoTime() - began, verb, what);
        if (terminal) {
            int width = columns.getAsInt();
            // In the last column some terminals would begin a new line.
            out.print("\r" + line.within((width > 0 ? width : USUAL_COLUMNS) - 1) + CLEAR_REST);
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

    /** What others write, line by line, each above the line that changes. */
    private final class Above extends OutputStream {
        /** Guarded by the progress. */
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            synchronized (Progress.this) {
                line.write(b);
                if (b == '\n') {
                    end();
                }
            }
        }

        @Override
        public void write(byte[] bytes, int start, int length) {
            synchronized (Progress.this) {
                for (int i = start; i < start + length; i++) {
                    write(bytes[i]);
                }
            }
        }

        private void end() {
            clear();
            errors.writeBytes(line.toByteArray());
            errors.flush();
            line.reset();
        }
    }

    /**
     * How far, how fast, and how long it will take if that stays so.
     *
     * @param done bytes that are done
     * @param total bytes in all; 0 while that is not known
     * @param nanos how long it has taken
     * @param verb what is done to them
     * @param what the file that is being worked on; may be empty
     */
    record Line(long done, long total, long nanos, String verb, String what) {
        /** All of it. */
        @Override
        public String toString() {
            return what.isEmpty() ? full() : full() + ": " + what;
        }

        /** As much of it as fits into {@code width} columns, and what tells most first. */
        String within(int width) {
            String most = full().length() <= width ? full() : brief();
            int room = width - most.length() - 2;
            if (what.isEmpty() || room < SHORTEST_NAME) {
                return most.substring(0, Math.max(0, Math.min(most.length(), width)));
            }
            return most + ": " + cut(what, room);
        }

        private String full() {
            if (total <= 0) {
                return "reading the list of files";
            }
            return String.format(Locale.ROOT, "%3d%% %s of %s %s, %s/s%s", percent(), Size.show(Math.min(done, total)),
                    Size.show(total), verb, Size.show((long) rate()), left());
        }

        private String brief() {
            return total <= 0 ? "reading" : String.format(Locale.ROOT, "%3d%% of %s%s", percent(), Size.show(total), left());
        }

        private int percent() {
            return (int) (Math.min(done, total) * 100.0 / total);
        }

        private double seconds() {
            return Math.max(nanos / 1e9, 1e-3);
        }

        private double rate() {
            return done / seconds();
        }

        private String left() {
            boolean known = seconds() >= LEAST_SECONDS && done > 0 && done >= Math.min(total / LEAST_PART, LEAST_BYTES);
            return known ? ", " + duration((long) Math.ceil(Math.max(0, total - done) / rate())) + " left" : "";
        }
    }

    /** The start of {@code text}, of at most {@code width} columns. */
    private static String cut(String text, int width) {
        int used = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            used += text.codePointAt(i) < FIRST_WIDE ? 1 : 2;
            if (used > width) {
                return text.substring(0, i);
            }
        }
        return text;
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
        if (terminal) {
            above.end();
            System.setErr(errors);
        }
    }
}
