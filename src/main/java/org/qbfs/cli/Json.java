// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.util.List;
import java.util.Map;
import org.qbfs.error.Printable;

/** Values as JSON (RFC 8259): maps, lists, numbers, booleans, null, and all else as text. */
final class Json {
    private Json() {}

    static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, "\n", out);
        return out.toString();
    }

    private static void write(Object value, String newLine, StringBuilder out) {
        String deeper = newLine + "  ";
        switch (value) {
            case null -> out.append("null");
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            case Map<?, ?> map when map.isEmpty() -> out.append("{}");
            case List<?> list when list.isEmpty() -> out.append("[]");
            case Map<?, ?> map -> {
                String before = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(before).append(deeper);
                    text(entry.getKey().toString(), out);
                    out.append(": ");
                    write(entry.getValue(), deeper, out);
                    before = ",";
                }
                out.append(newLine).append('}');
            }
            case List<?> list -> {
                String before = "[";
                for (Object element : list) {
                    out.append(before).append(deeper);
                    write(element, deeper, out);
                    before = ",";
                }
                out.append(newLine).append(']');
            }
            default -> text(value.toString(), out);
        }
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isSurrogate(c) || !Printable.isShown(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
