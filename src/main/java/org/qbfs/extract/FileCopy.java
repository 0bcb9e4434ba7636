// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ReadableBytes;
import org.qbfs.sparse.SparseMap;
import org.qbfs.tree.RegularFile;

/**
 * Copies the data of one file in its order: this thread reads, which decrypts and decodes, and the pipe's thread
 * writes. For one thread.
 */
final class FileCopy {
    private final WritePipe pipe;
    private final boolean keepDamaged;
    private final LongConsumer progress;
    private final List<LostRange> lost = new ArrayList<>();

    /**
     * Copies into {@code pipe}.
     *
     * @param keepDamaged leave out what cannot be read, and go on
     * @param progress is told how many bytes were read
     */
    FileCopy(WritePipe pipe, boolean keepDamaged, LongConsumer progress) {
        this.pipe = pipe;
        this.keepDamaged = keepDamaged;
        this.progress = progress;
    }

    /**
     * Copies all data of {@code file}.
     *
     * @param holes copy zeros for holes as well, for a sink that knows no positions
     * @return what could not be read; none unless damaged files are kept
     */
    List<LostRange> copy(RegularFile file, WritePipe.Sink sink, boolean holes) throws IOException {
        Optional<SparseMap> map = file.sparse();
        if (map.isEmpty() || holes) {
            copy(file.contents(), 0, file.attributes().size(), sink);
        } else {
            // Extents that lie close together are read as one: the zeros between them become no data again.
            for (int first = 0, next; first < map.get().extents(); first = next) {
                next = first + 1;
                while (next < map.get().extents() && map.get().imageOffset(next) - map.get().imageEnd(next - 1) < OutputFile.BLOCK) {
                    next++;
                }
                copy(file.contents(), map.get().imageOffset(first), map.get().imageEnd(next - 1), sink);
            }
        }
        pipe.drain();
        return List.copyOf(lost);
    }

    private void copy(ByteSource contents, long start, long end, WritePipe.Sink sink) throws IOException {
        for (long at = start; at < end;) {
            // Pieces end at whole blocks of the file, whatever the extent begins with.
            int length = (int) Math.min(end - at, WritePipe.PIECE - at % OutputFile.BLOCK);
            ByteBuffer piece = pipe.take().limit(length);
            try {
                contents.read(at, piece);
            } catch (QbfsException e) {
                pipe.giveBack(piece);
                if (!keepDamaged) {
                    throw e;
                }
                at = around(contents, at, at + length, end, e, sink);
                continue;
            } catch (IOException | RuntimeException e) {
                pipe.giveBack(piece);
                throw e;
            }
            pipe.write(sink, at, piece.flip());
            progress.accept(length);
            at += length;
        }
    }

    /** Copies what can be read before the damage in {@code [start, pieceEnd)}, and gives where it ends. */
    private long around(ByteSource contents, long start, long pieceEnd, long end, QbfsException why, WritePipe.Sink sink)
            throws IOException {
        long lostFrom = ReadableBytes.firstLost(contents, start, pieceEnd);
        if (lostFrom == pieceEnd) {
            // It can be read now: the medium had a bad moment.
            return start;
        }
        if (lostFrom > start) {
            ByteBuffer piece = pipe.take().limit((int) (lostFrom - start));
            contents.read(start, piece);
            pipe.write(sink, start, piece.flip());
        }
        long lostTo = ReadableBytes.firstReadable(contents, lostFrom, end);
        progress.accept(lostTo - start);
        lost.add(new LostRange(lostFrom, lostTo, why));
        return lostTo;
    }
}
