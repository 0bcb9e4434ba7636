// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.qbfs.compress.deflate.GzipTail;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Printable;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ReadableBytes;
import org.qbfs.tar.TarEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can still be shown of a gzip stream behind its last lost chunk, for an inner tar of one file. The bytes are authentic and
 * decode to the very end of the stream; where they belong is inferred from the end of the tar:
 *
 * <ul>
 * <li>the tar's first header, which is intact, tells where the data ends;
 * <li>how long the tar is behind it follows from how the two writers that Qubes uses end one: GNU tar with at least two zero blocks, up
 *     to a whole record of 10,240 bytes (the GNU tar manual, "Basic Tar Format"), upstream's own with two zero blocks and nothing
 *     else (qubes-core-admin qubes/tarwriter.py, {@code finalize});
 * <li>which of these it was is told by gzip's ISIZE (RFC 1952, 2.3.1), the length of the whole member modulo 2^32. One that fits
 *     none says that the stream is no tar of this one file in one member, and nothing is shown;
 * <li>what is behind the data must be zeros.
 * </ul>
 *
 * <p>gzip's CRC-32 covers the lost bytes too, so it cannot be checked. Safe for many threads; one looks, others wait.
 */
final class Salvage {
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);
    private static final int END_MARKER = 1024;
    private static final int RECORD = 10_240;

    private final ByteSource compressed;
    private final Losses losses;
    private final Supplier<GzipTail> search;
    /** Guards the search; held for as long as that takes. */
    private final ReentrantLock searching = new ReentrantLock();
    /** Null until it has been looked for. */
    private volatile Tail tail;

    /** Where the compressed stream is damaged. */
    interface Losses {
        /** A byte that is lost, and behind which soon nothing is; negative if there is none. May authenticate many chunks. */
        long last() throws IOException;
    }

    /** The bytes of the tar from {@code start} on; none if that is the greatest number. */
    private record Tail(long start, ByteSource bytes) {
        static final Tail NONE = new Tail(Long.MAX_VALUE, null);
    }

    /** A way into the end of {@code compressed}. Reads nothing yet. */
    Salvage(ByteSource compressed, Losses losses, Supplier<GzipTail> search) {
        this.compressed = compressed;
        this.losses = losses;
        this.search = search;
    }

    /**
     * The tar {@code stream}, with what can be salvaged of it. The first read that fails looks for that, which costs decoding all that
     * is behind the loss.
     *
     * @param entry the first of the tar
     * @param name of what it holds, for messages
     */
    ByteSource behind(ByteSource stream, TarEntry entry, String name) {
        return new Salvaged(stream, entry, name);
    }

    /** The first byte of the file {@code entry} whose position was inferred; nothing unless something was salvaged. */
    OptionalLong inferredFrom(TarEntry entry) {
        Tail known = tail;
        return known == null || known == Tail.NONE ? OptionalLong.empty() : OptionalLong.of(inFile(entry, known));
    }

    private static long inFile(TarEntry entry, Tail tail) {
        long stored = tail.start() - entry.dataOffset();
        return entry.sparse().isPresent() ? entry.sparse().get().imageOffsetOf(stored) : stored;
    }

    private Tail find(TarEntry entry, String name) throws IOException {
        searching.lock();
        try {
            if (tail == null) {
                Tail found = look(entry, name);
                if (found != Tail.NONE) {
                    LOG.warn("{} [{}, {}): this lies behind lost chunks, and is shown at positions that are inferred from the end of the"
                            + " stream", Printable.of(name), inFile(entry, found), entry.realSize());
                }
                tail = found;
            }
            return tail;
        } finally {
            searching.unlock();
        }
    }

    private Tail look(TarEntry entry, String name) throws IOException {
        long lost = losses.last();
        if (lost < 0) {
            return Tail.NONE;
        }
        long size = compressed.size();
        long from = lost < size - 1 ? ReadableBytes.firstReadable(compressed, lost, size) : size;
        if (size - from < Integer.BYTES) {
            return nothing(name, "nothing is left behind the last lost chunk");
        }
        OptionalLong end = end(entry, size);
        if (end.isEmpty()) {
            return nothing(name, "the length at the end of the stream is not that of a tar of this one file");
        }
        LOG.info("{}: looking for what can be salvaged in the last {} bytes of the compressed stream", Printable.of(name), size - from);
        Optional<DecodedSource> found = search.get().find(from);
        if (found.isEmpty()) {
            return nothing(name, "no place was found from which it decodes beyond doubt");
        }
        DecodedSource bytes = found.get();
        long start = end.getAsLong() - bytes.size();
        boolean fits = false;
        try {
            fits = start > entry.dataOffset() && start < entry.dataEnd() && isZero(bytes, entry.dataEnd() - start);
        } finally {
            if (!fits) {
                bytes.close();
            }
        }
        return fits ? new Tail(start, bytes) : nothing(name, "what was found does not fit the tar's header");
    }

    private static Tail nothing(String name, String why) {
        LOG.warn("{}: nothing is salvaged behind the lost chunks: {}", Printable.of(name), why);
        return Tail.NONE;
    }

    /** The length of the whole tar, if it can be told. */
    private OptionalLong end(TarEntry entry, long size) throws IOException {
        int length = ByteBuffer.wrap(compressed.readBytes(size - Integer.BYTES, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
        long marked = entry.nextOffset() + END_MARKER;
        long wholeRecords = (marked + RECORD - 1) / RECORD * RECORD;
        // Upstream's writer does not fill up the last block of the data, either.
        return LongStream.of(wholeRecords, marked, entry.dataEnd() + END_MARKER).filter(end -> (int) end == length).findFirst();
    }

    private static boolean isZero(ByteSource tail, long from) throws IOException {
        byte[] bytes = tail.readBytes(from, Math.toIntExact(tail.size() - from));
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private final class Salvaged implements ByteSource {
        private final ByteSource stream;
        private final TarEntry entry;
        private final String name;

        Salvaged(ByteSource stream, TarEntry entry, String name) {
            this.stream = stream;
            this.entry = entry;
            this.name = name;
        }

        @Override
        public long size() throws IOException {
            return stream.size();
        }

        @Override
        public int read(long position, ByteBuffer dst) throws IOException {
            Tail known = tail;
            if (known != null && position >= known.start()) {
                return known.bytes().read(position - known.start(), dst);
            }
            int before = dst.position();
            try {
                return stream.read(position, dst);
            } catch (CorruptData | TruncatedData e) {
                Tail found = find(e);
                if (position < found.start()) {
                    throw e;
                }
                dst.position(before);
                return found.bytes().read(position - found.start(), dst);
            }
        }

        private Tail find(IOException why) throws IOException {
            try {
                return Salvage.this.find(entry, name);
            } catch (CorruptData | TruncatedData e) {
                why.addSuppressed(e);
                return Tail.NONE;
            }
        }

        @Override
        public String name() {
            return stream.name();
        }
    }
}
