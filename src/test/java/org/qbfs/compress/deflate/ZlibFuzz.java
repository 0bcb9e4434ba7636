// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of zlib. */
public final class ZlibFuzz {
    private ZlibFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new ZlibCodec(), input);
    }
}
