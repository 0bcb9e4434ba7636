// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Read-only bytes that never change. Safe for many threads at once: there is no cursor.
 *
 * <p>A source that is a view of another does not own it: whoever opened the bottom one closes it, and
 * {@link #close} of a view does nothing unless its documentation says otherwise.
 */
public interface ByteSource extends Closeable {
    /**
     * The number of bytes. Cheap for most sources; a decompressed stream of unknown length may have to
     * be decoded to its end once, and says so.
     *
     * @throws IOException if it cannot be found out
     */
    long size() throws IOException;

    /**
     * Reads bytes from {@code position} on into {@code dst}, and moves its position by as much.
     *
     * @return the number of bytes read: fewer than {@code dst.remaining()} only where the source ends;
     *     0 at or past the end
     * @throws IllegalArgumentException if {@code position} is negative
     * @throws IOException if not all of the bytes asked for can be had; some of them may already be in
     *     {@code dst}, and are to be ignored
     */
    int read(long position, ByteBuffer dst) throws IOException;

    /** A name for messages. */
    String name();

    /**
     * Has the next read of {@code length} bytes from {@code position} on come from the medium, as far as this can be
     * had, and not from memory. Does nothing for sources that are not a file, or parts of one.
     */
    default void dropCached(long position, long length) {}

    @Override
    default void close() throws IOException {}

    /**
     * The {@code length} bytes at {@code position}.
     *
     * @throws EOFException if the source ends before
     */
    default byte[] readBytes(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        if (read(position, bytes) < length) {
            throw new EOFException(name() + " ends before byte " + (position + length));
        }
        return bytes.array();
    }
}
