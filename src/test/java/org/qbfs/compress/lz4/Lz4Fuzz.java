// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.lz4;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of lz4. */
public final class Lz4Fuzz {
    private Lz4Fuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new Lz4Codec(), input);
    }
}
