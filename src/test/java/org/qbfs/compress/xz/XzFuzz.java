// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of xz. */
public final class XzFuzz {
    private XzFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new XzCodec(), input);
    }
}
