// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;

/** A compressed source as a library wants it; it remembers what went wrong below, and names it above. */
final class CompressedStream extends InputStream {
    private final CompressedInput input;
    private final String name;
    private IOException failure;
    private boolean askedPastEnd;

    CompressedStream(ByteSource source, long offset) {
        this.input = new CompressedInput(source, offset);
        this.name = source.name();
    }

    /** Offset in the source of the next byte. */
    long offset() {
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
    int need() throws IOException {
        int next = read();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }

    /** What {@code error}, thrown by a library or a codec that read from here, means. */
    IOException meaning(Exception error) {
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
        if (error instanceof MemoryLimitException memory) {
            return new ResourceLimit("the compressed stream's dictionary", memory.getMemoryNeeded() * 1024L,
                    memory.getMemoryLimit() * 1024L, place);
        }
        if (error instanceof UnsupportedOptionsException) {
            return new UnsupportedFormat("the compressed stream uses what this program does not know: "
                    + error.getMessage(), place, error);
        }
        return new CorruptData("the compressed stream is damaged"
                + (error.getMessage() == null ? "" : ": " + error.getMessage()), place, error);
    }

    CorruptData corrupt(String what) {
        return new CorruptData("the compressed stream is damaged: " + what, place());
    }

    Place place() {
        return Place.of(name, offset(), offset() + 1);
    }
}
