// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes: {@code 512M}, {@code 2G}, {@code 1048576}. */
record Size(long bytes) {
    private static final String UNITS = "KMGT";

    /** Reads a size from the command line. */
    static final class Converter implements ITypeConverter<Size> {
        @Override
        public Size convert(String value) {
            String text = value.toUpperCase(Locale.ROOT).replaceFirst("I?B$", "");
            int unit = text.isEmpty() ? -1 : UNITS.indexOf(text.charAt(text.length() - 1));
            String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
            try {
                long number = Long.parseLong(digits);
                long bytes = Math.multiplyExact(number, 1L << 10 * (unit + 1));
                if (bytes > 0) {
                    return new Size(bytes);
                }
            } catch (NumberFormatException | ArithmeticException e) {
                // Said below.
            }
            throw new TypeConversionException("'" + value + "' is no size such as 512M or 2G");
        }
    }

    /** {@code bytes} with three digits or so, for people. */
    static String show(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        double value = bytes / Math.pow(1024, unit);
        return String.format(Locale.ROOT, value < 10 ? "%.1f %ciB" : "%.0f %ciB", value, "KMGTPE".charAt(unit - 1));
    }
}
