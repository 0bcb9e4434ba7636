// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.zstd;

import java.io.IOException;
import org.qbfs.compress.CodecFuzz;

/** Any bytes as a stream of zstd. */
public final class ZstdFuzz {
    private ZstdFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        CodecFuzz.decode(new ZstdCodec(), input);
    }
}
