// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ReadableBytes;
import org.qbfs.sparse.SparseMap;
import org.qbfs.tar.TarEntry;
import org.qbfs.volume.Archive;

/**
 * Reads one inner tar from its start to the end of its stream, once: headers, sparse maps, all stored data, and what
 * follows the last entry. Reading to the end has the compressor's checksum checked as well. For one thread.
 */
final class ArchiveCheck {
    private static final int PIECE = 1 << 20;

    private final Archive archive;
    private final BooleanSupplier stopped;
    private final Consumer<Loss> losses;
    private final DoubleConsumer progress;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    /** Where the entry that is being read ends, for the progress. */
    private long expectedEnd = 1;

    /**
     * A check of {@code archive}.
     *
     * @param stopped whether to end before the end
     * @param losses is told of all that is wrong
     * @param progress is told which part of the archive is done, up to 1
     */
    ArchiveCheck(Archive archive, BooleanSupplier stopped, Consumer<Loss> losses, DoubleConsumer progress) {
        this.archive = archive;
        this.stopped = stopped;
        this.losses = losses;
        this.progress = progress;
    }

    /** Reads all. What is not typed as an error of the data is thrown. */
    void run() throws IOException {
        long at = 0;
        boolean isOneFile = false;
        try {
            Optional<TarEntry> entry = archive.entryAt(at);
            if (entry.isEmpty()) {
                throw new CorruptData("the archive is empty", Place.of(archive.group().path()));
            }
            while (entry.isPresent() && !stopped.getAsBoolean()) {
                expectedEnd = Math.max(1, entry.get().nextOffset());
                checkMap(entry.get());
                // What follows an image that is lost up to its end is no other file.
                isOneFile = readData(entry.get()) && at == 0 && archive.pathOf(entry.get()).isEmpty();
                at = entry.get().nextOffset();
                entry = archive.entryAt(at);
            }
        } catch (QbfsException e) {
            if (isOneFile) {
                return;
            }
            losses.accept(new Loss(Optional.empty(), at == 0 ? "the file cannot be opened"
                    : "what the archive holds behind byte " + at + " of it is not known", e));
            return;
        }
        readEnd(at);
    }

    private void checkMap(TarEntry entry) {
        if (entry.sparse().isPresent() && entry.sparse().get().storedSize() != entry.storedSize()) {
            losses.accept(new Loss(Optional.empty(), "", new CorruptData("the sparse map has "
                    + entry.sparse().get().storedSize() + " bytes of data, and " + entry.storedSize() + " are stored",
                    Place.of(entry.name()))));
        }
    }

    /** Whether it is lost up to its end. */
    private boolean readData(TarEntry entry) throws IOException {
        ByteSource stored = archive.stored(entry, entry.name());
        long end = entry.storedSize();
        boolean lost = false;
        for (long at = 0; at < end && !stopped.getAsBoolean();) {
            int length = (int) Math.min(PIECE, end - at);
            piece.clear().limit(length);
            try {
                stored.read(at, piece);
                at += length;
                lost = false;
            } catch (QbfsException e) {
                lost = true;
                at = around(entry, stored, at, at + length, e);
            }
            progress.accept((entry.dataOffset() + at) / (double) expectedEnd);
        }
        return lost;
    }

    /** Notes the damage that begins in {@code [start, pieceEnd)}, and gives where it ends. */
    private long around(TarEntry entry, ByteSource stored, long start, long pieceEnd, QbfsException why) throws IOException {
        long from = ReadableBytes.firstLost(stored, start, pieceEnd);
        if (from == pieceEnd) {
            losses.accept(new Loss(Optional.empty(), "it could be read the next time", why));
            return pieceEnd;
        }
        long to = ReadableBytes.firstReadable(stored, from, entry.storedSize());
        String inside = String.join("/", archive.pathOf(entry));
        losses.accept(new Loss(Optional.of(new Finding.Lost(inside, imageRange(entry, from, to), to - from)), "", why));
        return to;
    }

    /** The range of the file that the stored bytes {@code [from, to)} belong into. */
    private static Finding.Range imageRange(TarEntry entry, long from, long to) {
        return entry.sparse()
                .map(map -> new Finding.Range(imageOffset(map, from), imageOffset(map, to - 1) + 1))
                .orElse(new Finding.Range(from, to));
    }

    private static long imageOffset(SparseMap map, long storedOffset) {
        int low = 0;
        int high = map.extents() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (map.storedOffset(middle) <= storedOffset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return map.extents() == 0 ? storedOffset : map.imageOffset(low) + storedOffset - map.storedOffset(low);
    }

    /**
     * An archive ends in two blocks of zeros (POSIX pax), and GNU tar fills its last record with more of them; both
     * writers that Qubes uses do so (qubes-core-admin {@code qubes/tarwriter.py}, {@code finalize}).
     */
    private void readEnd(long from) throws IOException {
        long at = from;
        try {
            while (!stopped.getAsBoolean()) {
                piece.clear();
                int got = archive.bytes().read(at, piece);
                for (int i = 0; i < got; i++) {
                    if (piece.get(i) != 0) {
                        throw new CorruptData("bytes that are no zeros lie behind the end of the archive",
                                Place.of(archive.group().path() + " (tar)", at + i, at + i + 1));
                    }
                }
                at += got;
                if (got < PIECE) {
                    break;
                }
            }
            if (at == from && !stopped.getAsBoolean()) {
                throw new TruncatedData("the archive has no end marker: more may have followed",
                        Place.of(archive.group().path() + " (tar)", from, from));
            }
        } catch (QbfsException e) {
            losses.accept(new Loss(Optional.empty(), "no byte of a file", e));
        }
    }
}
