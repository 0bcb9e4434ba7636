// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qbfs.error.Printable;

/** Rows of text in columns as wide as they need to be. Not safe for threads. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();
    private final List<Boolean> rightAligned;

    /** A table with a heading for each column; one that begins with {@code >} is aligned to the right. */
    Table(String... headings) {
        this.rightAligned = Arrays.stream(headings).map(heading -> heading.startsWith(">")).toList();
        row(Arrays.stream(headings).map(heading -> heading.replaceFirst("^>", "")).toArray(String[]::new));
    }

    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::printable).toList());
    }

    @Override
    public String toString() {
        int columns = rightAligned.size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String fill = " ".repeat(widths[i] - row.get(i).length());
                line.append(rightAligned.get(i) ? fill + row.get(i) : row.get(i) + fill).append("  ");
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    /**
     * {@code text} in one line, with a question mark for each character that a terminal may not show as
     * itself: names come from the backup, and nothing in them may move the cursor or turn the text around.
     */
    static String printable(String text) {
        return Printable.of(text);
    }
}
