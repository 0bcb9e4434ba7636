// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.io.IOException;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/** A decoder of one source, used by one thread at a time; others may look at its position. */
final class Cursor {
    private final long source;
    private final String name;
    private final Opener opener;
    /** Null before the first read. */
    private Decoder decoder;
    private volatile long position;
    private boolean finished;
    private BlockCache.Block kept;

    /** Starts the decoder. */
    interface Opener {
        Decoder open() throws IOException;
    }

    Cursor(long source, String name, long position, Opener opener) {
        this.source = source;
        this.name = name;
        this.position = position;
        this.opener = opener;
    }

    /** The number of the source that it decodes. */
    long source() {
        return source;
    }

    /** Offset in the decoded stream of the next byte. */
    long position() {
        return position;
    }

    /**
     * Decodes up to {@code length} bytes.
     *
     * @return at least 1, or -1 at the end
     */
    int read(byte[] dst, int offset, int length) throws IOException {
        boolean failed = true;
        try {
            if (decoder == null) {
                decoder = opener.open();
            }
            int got = decoder.read(dst, offset, length);
            position = decoder.position();
            failed = got < 0;
            return got;
        } catch (RuntimeException e) {
            // A library that stumbles over damaged bytes.
            throw new CorruptData("the compressed stream is damaged: " + e, Place.of(name), e);
        } finally {
            finished |= failed;
        }
    }

    /** Keeps the block before its position, in case that the cache does not; a reader may want the rest of it. */
    void keep(BlockCache.Block block) {
        kept = block;
    }

    /** The block that ends at its position; null if it is not kept. */
    BlockCache.Block kept() {
        return kept;
    }

    /** Whether it has come to the end or to a damage, and is of no more use. */
    boolean isFinished() {
        return finished;
    }

    /** About how much memory it holds, in bytes. */
    long memory() {
        return decoder == null ? 0 : decoder.memory();
    }

    void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
