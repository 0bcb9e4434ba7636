// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.io.ByteSource;

/** Goes over a deflate stream block by block, from one on before which nothing is known. For one thread. */
final class BlockWalk {
    private static final int LIMIT = Inflate.WINDOW + (128 << 10);

    private final byte[] out = new byte[LIMIT + Inflate.SLACK];
    private final Inflate inflate;
    private long decoded;

    /** Starts at the header at bit {@code start}. */
    BlockWalk(ByteSource compressed, long start) throws IOException {
        this.inflate = new Inflate(new CompressedInput(compressed, start >>> 3), out);
        inflate.outPosition = Inflate.WINDOW;
        inflate.skipBits((int) start & 7);
    }

    /** How many bytes the blocks had so far. */
    long decoded() {
        return decoded;
    }

    /**
     * Goes over one block.
     *
     * @return where the next one's header begins, in bits; -1 if there was none any more
     */
    long next() throws IOException {
        inflate.blockHeader();
        if (inflate.state == Inflate.State.END) {
            return -1;
        }
        while (inflate.state != Inflate.State.HEADER) {
            int start = inflate.outPosition;
            inflate.runBlock(LIMIT);
            decoded += inflate.outPosition - start;
            if (inflate.outPosition >= LIMIT) {
                System.arraycopy(out, inflate.outPosition - Inflate.WINDOW, out, 0, Inflate.WINDOW);
                inflate.outPosition = Inflate.WINDOW;
            }
        }
        return inflate.bitOffset();
    }
}
