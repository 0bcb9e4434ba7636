// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;

/** The contents of a file of the tree; errors name the file and the range that was asked for. */
record PlacedSource(String name, ByteSource contents) implements ByteSource {
    @Override
    public long size() throws IOException {
        return contents.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        long end = position + dst.remaining();
        try {
            return contents.read(position, dst);
        } catch (QbfsException e) {
            throw e.within(Place.of(name, position, Math.min(end, contents.size())));
        }
    }
}
