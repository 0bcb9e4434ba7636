// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/** A compressed source as a library wants it; it remembers what went wrong below, and names it above. */
public final class CompressedStream extends InputStream {
    private final CompressedInput input;
    private final String name;
    private IOException failure;
    private boolean askedPastEnd;

    public CompressedStream(ByteSource source, long offset) {
        this.input = new CompressedInput(source, offset);
        this.name = source.name();
    }

    /** Offset in the source of the next byte. */
    public long offset() {
        return input.offset();
    }

    @Override
    public int read() throws IOException {
        if (input.position < input.end) {
            return input.bytes[input.position++] & 0xff;
        }
        return more() ? input.bytes[input.position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] dst, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (input.position == input.end && !more()) {
            return -1;
        }
        int count = Math.min(length, input.end - input.position);
        System.arraycopy(input.bytes, input.position, dst, offset, count);
        input.position += count;
        return count;
    }

    private boolean more() throws IOException {
        try {
            boolean more = input.more();
            askedPastEnd |= !more;
            return more;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** The next byte, which must be there. */
    public int need() throws IOException {
        int next = read();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }

    /** What {@code error}, thrown by a library or a codec that read from here, means. */
    public IOException meaning(Exception error) {
        if (failure != null) {
            return failure;
        }
        if (error instanceof QbfsException typed) {
            return typed;
        }
        Place place = Place.of(name, offset(), offset() + 1);
        if (error instanceof EOFException || askedPastEnd) {
            return new TruncatedData("the compressed stream ends too soon", place, error);
        }
        return new CorruptData("the compressed stream is damaged"
                + (error.getMessage() == null ? "" : ": " + error.getMessage()), place, error);
    }

    public CorruptData corrupt(String what) {
        return new CorruptData("the compressed stream is damaged: " + what, place());
    }

    public Place place() {
        return Place.of(name, offset(), offset() + 1);
    }
}
