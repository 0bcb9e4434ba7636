// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.nio.charset.StandardCharsets;
import picocli.CommandLine.TypeConversionException;

/** Any text as a size. */
public final class SizeFuzz {
    private SizeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Size.show(new Size.Converter().convert(new String(input, StandardCharsets.UTF_8)).bytes());
        } catch (TypeConversionException e) {
            // It is none.
        }
    }
}
