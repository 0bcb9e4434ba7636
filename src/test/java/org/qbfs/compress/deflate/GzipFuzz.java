// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of gzip. */
public final class GzipFuzz {
    private GzipFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new GzipCodec(), input);
    }
}
