// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;

/** Any bytes as a stream of zlib. */
public final class ZlibFuzz {
    private ZlibFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new ZlibCodec(), input);
    }
}
