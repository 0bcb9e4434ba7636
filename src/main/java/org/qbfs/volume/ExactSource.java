// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/** A source that must have as many bytes as its size says: a stream that ends sooner is damage. */
record ExactSource(ByteSource promised) implements ByteSource {
    @Override
    public long size() throws IOException {
        return promised.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        int got = promised.read(position, dst);
        if (got < wanted) {
            throw new TruncatedData("the stream ends before the end of the file",
                    Place.of(name(), position + got, position + wanted));
        }
        return got;
    }

    @Override
    public String name() {
        return promised.name();
    }
}
