// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.IOException;

/** Any bytes as a stream of xz. */
public final class XzFuzz {
    private XzFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new XzCodec(), input);
    }
}
