// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qbfs.verify.FileState;
import org.qbfs.verify.Finding;
import org.qbfs.verify.Report;

/** Shows what was found in a backup, as a table and a list, or as JSON. */
final class ReportPrinter {
    private final PrintStream out;
    private final Path backup;
    private final boolean json;

    ReportPrinter(PrintStream out, Path backup, boolean json) {
        this.out = out;
        this.backup = backup;
        this.json = json;
    }

    /** Prints {@code report}, of a verification that was ended before its end if {@code interrupted}. */
    void print(Report report, boolean interrupted) {
        out.print(json ? Json.of(describe(report, interrupted)) + "\n" : text(report, interrupted));
        out.flush();
    }

    private static String text(Report report, boolean interrupted) {
        StringBuilder text = new StringBuilder();
        Table table = new Table("VM", "FILE", ">CHUNKS", "STATE");
        for (FileState file : report.files()) {
            table.row(file.vm().isEmpty() ? "-" : file.vm(), file.file(), chunks(file), state(file));
        }
        text.append(table);
        if (!report.findings().isEmpty()) {
            text.append("\nFound:\n");
            report.findings().forEach(finding -> text.append(text(finding)));
        }
        text.append('\n').append(summary(report, interrupted)).append('\n');
        return text.toString();
    }

    private static String chunks(FileState file) {
        return file.chunksRead() == file.chunks() ? String.valueOf(file.chunks()) : file.chunksRead() + " of " + file.chunks();
    }

    private static String state(FileState file) {
        return file.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String text(Finding finding) {
        StringBuilder text = new StringBuilder("  ");
        text.append(Table.printable(place(finding))).append(": ").append(Table.printable(finding.why())).append('\n');
        finding.backupRange().ifPresent(range -> text.append("      in the backup file: bytes ").append(show(range)).append('\n'));
        finding.lost().ifPresent(lost -> text.append("      lost: ").append(lost.bytes()).append(" bytes, in ")
                .append(lost.inside().isEmpty() ? "bytes " : Table.printable(lost.inside()) + " bytes ")
                .append(show(lost.range())).append('\n'));
        return text.toString();
    }

    private static String place(Finding finding) {
        List<String> parts = new ArrayList<>();
        if (!finding.vm().isEmpty() || !finding.file().isEmpty()) {
            parts.add(finding.vm() + (finding.vm().isEmpty() || finding.file().isEmpty() ? "" : "/") + finding.file());
        }
        if (!finding.chunk().isEmpty()) {
            parts.add("chunk " + finding.chunk());
        }
        return parts.isEmpty() ? "the backup" : String.join(", ", parts);
    }

    private static String show(Finding.Range range) {
        return "[" + range.start() + ", " + range.end() + ")";
    }

    private static String summary(Report report, boolean interrupted) {
        StringBuilder text = new StringBuilder();
        List<String> unread = report.files().stream().filter(file -> file.state() == FileState.State.NOT_READ)
                .map(file -> file.vm().isEmpty() ? file.file() : file.vm() + "/" + file.file()).toList();
        if (interrupted || !report.complete()) {
            text.append("Interrupted; not read, or not to the end: ")
                    .append(unread.isEmpty() ? "what is damaged above" : Table.printable(String.join(", ", unread))).append(".\n");
        }
        if (!report.leftOut().isEmpty()) {
            text.append("Not asked for, and not read: ").append(Table.printable(String.join(", ", report.leftOut()))).append(".\n");
        }
        long damaged = report.files().stream().filter(file -> file.state() == FileState.State.DAMAGED).count();
        if (report.has(Finding.Kind.DAMAGE)) {
            text.append("DAMAGED: see above. ").append(damaged).append(" of ").append(report.files().size())
                    .append(" files are concerned.");
        } else if (report.has(Finding.Kind.UNSTABLE)) {
            text.append("UNSTABLE: all that was read is right, but not at the first time. Copy the backup to another medium.");
        } else if (report.has(Finding.Kind.UNCHECKED)) {
            text.append("NOT CHECKED: some files cannot be read here; see above.");
        } else if (interrupted || !report.complete()) {
            text.append("No damage was found in what was read: ").append(Size.show(report.bytes())).append('.');
        } else {
            text.append("All ").append(report.files().size()).append(" files are whole and authentic: ")
                    .append(Size.show(report.bytes())).append(" were read.");
        }
        return text.toString();
    }

    private Map<String, Object> describe(Report report, boolean interrupted) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("backup", backup);
        all.put("complete", report.complete() && !interrupted);
        all.put("damaged", report.has(Finding.Kind.DAMAGE));
        all.put("unstable", report.has(Finding.Kind.UNSTABLE));
        all.put("bytesRead", report.bytes());
        all.put("files", report.files().stream().map(ReportPrinter::describe).toList());
        all.put("found", report.findings().stream().map(ReportPrinter::describe).toList());
        all.put("notAskedFor", report.leftOut());
        return all;
    }

    private static Map<String, Object> describe(FileState file) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("vm", orNull(file.vm()));
        all.put("file", file.file());
        all.put("chunks", file.chunks());
        all.put("chunksRead", file.chunksRead());
        all.put("state", state(file));
        return all;
    }

    private static Map<String, Object> describe(Finding finding) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", finding.kind().name().toLowerCase(Locale.ROOT));
        all.put("vm", orNull(finding.vm()));
        all.put("file", orNull(finding.file()));
        all.put("chunk", orNull(finding.chunk()));
        all.put("backupRange", finding.backupRange().map(ReportPrinter::describe).orElse(null));
        Optional<Finding.Lost> lost = finding.lost();
        all.put("inside", lost.map(Finding.Lost::inside).map(ReportPrinter::orNull).orElse(null));
        all.put("lostRange", lost.map(Finding.Lost::range).map(ReportPrinter::describe).orElse(null));
        all.put("lostBytes", lost.map(Finding.Lost::bytes).orElse(null));
        all.put("why", finding.why());
        return all;
    }

    private static List<Long> describe(Finding.Range range) {
        return List.of(range.start(), range.end());
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
