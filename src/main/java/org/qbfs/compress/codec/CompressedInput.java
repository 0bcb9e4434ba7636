// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;

/**
 * A window that moves over a compressed source, for one decoder. It never asks for more than
 * {@link #CAPACITY} bytes ahead, because parts of the source can cost seconds. Behind the last byte lie
 * {@link #SLACK} zero bytes, so that eight bytes may be loaded at any index below {@code end + 8}.
 */
public final class CompressedInput {
    static final int SLACK = 16;
    public static final int CAPACITY = 64 << 10;
    /** So many bytes behind the position stay, for a decoder that gives bytes back. */
    private static final int BEHIND = 8;
    /** The first read of a decoder is small: it may be for a header only. */
    private static final int FIRST = 16 << 10;

    public final byte[] bytes = new byte[CAPACITY + SLACK];
    /** Index in {@link #bytes} of the next byte. */
    public int position;
    /** Index in {@link #bytes} behind the last byte there is. */
    public int end;

    private final ByteSource source;
    /** Offset in the source of {@code bytes[0]}. */
    private long base;
    private int ask = FIRST;
    private boolean ended;
    /** Reads that end here or behind have failed; those that end before have not. */
    private long failsAt = Long.MAX_VALUE;

    public CompressedInput(ByteSource source, long offset) {
        this.source = source;
        this.base = offset;
    }

    /** Offset in the source of the next byte. */
    public long offset() {
        return base + position;
    }

    /**
     * Gets more bytes behind those there are.
     *
     * @return false at the end of the source
     * @throws IOException if not even the next byte can be had; a later call tries again
     */
    public boolean more() throws IOException {
        if (ended) {
            return false;
        }
        int keptFrom = position - BEHIND;
        if (keptFrom > 0) {
            System.arraycopy(bytes, keptFrom, bytes, 0, end - keptFrom);
            base += keptFrom;
            end -= keptFrom;
            position = BEHIND;
        }
        int wanted = Math.min(ask, CAPACITY - end);
        if (wanted == 0) {
            return true;
        }
        int got = readWhatCanBeHad(wanted);
        end += got;
        Arrays.fill(bytes, end, end + SLACK, (byte) 0);
        ask = CAPACITY;
        return got > 0;
    }

    /**
     * Reads less where more fails, so that the bytes before a damaged range are not lost. Each attempt halves the
     * range in which the damage can begin, because a failing read may be slow.
     */
    private int readWhatCanBeHad(int wanted) throws IOException {
        long from = base + end;
        int length = from + wanted < failsAt ? wanted : (int) Math.max(1, (failsAt - from) / 2);
        for (;;) {
            try {
                int got = source.read(from, ByteBuffer.wrap(bytes, end, length));
                ended = got < length;
                if (from + got >= failsAt) {
                    failsAt = Long.MAX_VALUE;
                }
                return got;
            } catch (IOException e) {
                long damaged = damagedFrom(e, from, from + length);
                failsAt = damaged < 0 ? from + length : damaged + 1;
                if (failsAt == from + 1) {
                    throw e;
                }
                length = damaged < 0 ? length / 2 : (int) (damaged - from);
            }
        }
    }

    /** Where in {@code [from, end)} of the source the damage begins, if the error tells; else -1. */
    private long damagedFrom(IOException error, long from, long end) {
        if (error instanceof QbfsException typed) {
            for (Place.Range range : typed.place().ranges()) {
                if (range.source().equals(source.name()) && range.start() >= 0 && range.start() < end
                        && range.end() > from) {
                    return Math.max(from, range.start());
                }
            }
        }
        return -1;
    }

    /** The next byte, 0 to 255; -1 at the end. */
    public int next() throws IOException {
        return position < end || more() ? bytes[position++] & 0xff : -1;
    }

    /** The next byte of something that may not end here. */
    public int need(String what) throws IOException {
        int next = next();
        if (next < 0) {
            throw truncated(what);
        }
        return next;
    }

    public TruncatedData truncated(String what) {
        return new TruncatedData("the compressed stream ends inside " + what, place());
    }

    /** The byte at {@code offset} of the source. */
    public Place place(long offset) {
        return Place.of(source.name(), offset, offset + 1);
    }

    /** Where the decoder is. */
    public Place place() {
        return place(offset());
    }
}
