// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;

/** Any bytes as a stream of lzma. */
public final class LzmaFuzz {
    private LzmaFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new LzmaCodec(), input);
    }
}
