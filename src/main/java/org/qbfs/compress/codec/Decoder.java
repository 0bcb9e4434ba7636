// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.io.Closeable;
import java.io.IOException;

/**
 * A decoding in progress: forward only, for one thread at a time. Damage in the stream is an exception
 * of {@code org.qbfs.error} that names the range of the compressed source; the bytes before it have been
 * delivered.
 */
public interface Decoder extends Closeable {
    /** Offset in the decoded stream of the next byte that {@link #read} gives. */
    long position();

    /**
     * Decodes up to {@code length} bytes into {@code dst} from {@code offset} on.
     *
     * @return how many, at least 1; -1 at the end of the stream, whose checksum was right
     * @throws org.qbfs.error.CorruptData if the stream is damaged here
     * @throws org.qbfs.error.TruncatedData if it ends in the middle
     */
    int read(byte[] dst, int offset, int length) throws IOException;

    /** About how much memory it holds, in bytes; the window is the largest part. */
    default long memory() {
        return 512 << 10;
    }

    /** Frees native memory, if there is any. The compressed source stays open. */
    @Override
    void close();
}
