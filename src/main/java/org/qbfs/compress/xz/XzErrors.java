// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.xz;

import java.io.IOException;
import org.qbfs.compress.codec.CompressedStream;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.UnsupportedFormat;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;

/** Errors of XZ for Java as errors of ours. */
final class XzErrors {
    private XzErrors() {}

    /**
     * What an error means that was thrown while {@code in} was decoded.
     *
     * @return an error of reading {@code in} as it was, if there was one; else a typed error that names the place in it
     */
    static IOException meaning(CompressedStream in, Exception error) {
        return in.meaning(switch (error) {
            case MemoryLimitException memory -> new ResourceLimit("the compressed stream's dictionary",
                    memory.getMemoryNeeded() * 1024L, memory.getMemoryLimit() * 1024L, in.place());
            case UnsupportedOptionsException options -> new UnsupportedFormat(
                    "the compressed stream uses what this program does not know: " + options.getMessage(), in.place(), options);
            default -> error;
        });
    }
}
