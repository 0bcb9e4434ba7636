// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** Text that may hold names out of a backup, made fit for a terminal and for one line of a log. */
public final class Printable {
    private Printable() {}

    /**
     * {@code text} with a question mark for each character that a terminal does not show as itself: control
     * characters (also those from 0x80 to 0x9f, some of which begin commands of terminals), line ends of all
     * kinds, and those that turn the direction of writing.
     */
    public static String of(String text) {
        if (text.codePoints().allMatch(Printable::isShown)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().map(c -> isShown(c) ? c : '?').forEach(shown::appendCodePoint);
        return shown.toString();
    }

    /** Whether a terminal shows {@code character}, and does nothing else. */
    public static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
