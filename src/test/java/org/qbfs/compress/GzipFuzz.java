// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;

/** Any bytes as a stream of gzip. */
public final class GzipFuzz {
    private GzipFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new GzipCodec(), input);
    }
}
