// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;

/** Any bytes as a stream of bzip2. */
public final class Bzip2Fuzz {
    private Bzip2Fuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new Bzip2Codec(), input);
    }
}
