// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of lzma. */
public final class LzmaFuzz {
    private LzmaFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new LzmaCodec(), input);
    }
}
