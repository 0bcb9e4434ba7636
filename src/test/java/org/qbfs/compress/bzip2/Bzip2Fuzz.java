// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.bzip2;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of bzip2. */
public final class Bzip2Fuzz {
    private Bzip2Fuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new Bzip2Codec(), input);
    }
}
