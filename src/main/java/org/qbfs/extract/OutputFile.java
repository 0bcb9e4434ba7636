// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.qbfs.extract.Temporaries.Temporary;

/**
 * A file being written, under a temporary name until {@link #publish}. Blocks of zeros are not written, so that they
 * become holes. For one thread at a time; removed by {@link #close} if it was not published or handed over.
 *
 * <p>Large runs of data are written past the page cache where the file system is known to take that well (O_DIRECT of open(2)):
 * an image of many gigabytes would drive everything else out of memory, {@link #sync} would take minutes at its end, and the
 * copy into the cache takes longer than decoding does (measured, 750 MiB: 0.7 to 1.4 s of a processor, or 0.05 s).
 */
final class OutputFile implements Closeable {
    /** The block of most file systems: a smaller hole would save nothing. */
    static final int BLOCK = 4096;
    /** Shorter runs would wait for the medium each. */
    private static final long LEAST_DIRECT = 512 << 10;
    private static final MemorySegment ZEROS = Arena.global().allocate(BLOCK);

    private final TargetDirectory directory;
    private final Temporary temporary;
    private final int descriptor;
    private final String name;
    /** Whether direct writes may be tried. */
    private boolean takesDirect;
    /** Whether the descriptor is set to write so. */
    private boolean direct;
    private boolean handedOver;

    OutputFile(TargetDirectory directory, Temporary temporary, int descriptor, String name, boolean takesDirect) {
        this.directory = directory;
        this.temporary = temporary;
        this.descriptor = descriptor;
        this.name = name;
        this.takesDirect = takesDirect;
    }

    /** Writes what remains in {@code bytes}, a direct buffer, at {@code position}, but for whole blocks of zeros. */
    void write(long position, ByteBuffer bytes) throws TargetError {
        MemorySegment segment = MemorySegment.ofBuffer(bytes);
        long length = segment.byteSize();
        long dataStart = 0;
        for (long at = 0; at < length;) {
            // Blocks are those of the file, whose first one here may have begun before.
            long end = Math.min(length, at + BLOCK - (position + at) % BLOCK);
            if (end - at == BLOCK && MemorySegment.mismatch(segment, at, end, ZEROS, 0, BLOCK) < 0) {
                writeFully(segment, dataStart, at, position);
                dataStart = end;
            }
            at = end;
        }
        writeFully(segment, dataStart, length, position);
    }

    /** Writes bytes {@code [from, to)} of {@code segment}, whose first one belongs at {@code position}. */
    private void writeFully(MemorySegment segment, long from, long to, long position) throws TargetError {
        long firstBlock = Math.min(to, from + Math.floorMod(-(position + from), BLOCK));
        long blocksEnd = Math.max(firstBlock, to - (position + to) % BLOCK);
        boolean large = blocksEnd - firstBlock >= LEAST_DIRECT && (segment.address() + firstBlock) % BLOCK == 0;
        if (takesDirect && large) {
            write(segment, from, firstBlock, position, false);
            write(segment, firstBlock, blocksEnd, position, true);
            write(segment, blocksEnd, to, position, false);
        } else {
            write(segment, from, to, position, false);
        }
    }

    private void write(MemorySegment segment, long from, long to, long position, boolean wantsDirect) throws TargetError {
        for (long at = from; at < to;) {
            setDirect(wantsDirect && takesDirect && at % BLOCK == from % BLOCK);
            long written = Posix.write(descriptor, segment.asSlice(at), to - at, position + at);
            if (direct && (written == -Posix.INVALID || written == -Posix.NOT_SUPPORTED)) {
                // Larger blocks than usual, or a layer below that cannot.
                takesDirect = false;
            } else if (written < 0) {
                throw TargetError.of((int) -written, directory.show(name));
            } else {
                at += written;
            }
        }
    }

    private void setDirect(boolean wanted) {
        if (wanted != direct) {
            takesDirect &= Posix.setDirect(descriptor, wanted) >= 0;
            direct = wanted && takesDirect;
        }
    }

    /** Whether the last bytes were written past the page cache. */
    boolean isDirect() {
        return direct;
    }

    /** What it will be called. */
    String name() {
        return name;
    }

    /** Makes it {@code size} bytes long with these attributes. */
    void finish(long size, int mode, Instant modified) throws TargetError {
        String path = directory.show(name);
        TargetDirectory.check(Posix.setSize(descriptor, size), path);
        TargetDirectory.check(Posix.setMode(descriptor, mode), path);
        TargetDirectory.check(Posix.setModified(descriptor, modified), path);
    }

    /** Waits until the medium has it. */
    void sync() throws TargetError {
        TargetDirectory.check(Posix.sync(descriptor), directory.show(name));
    }

    /** Gives it its name. */
    void publish(boolean replace) throws TargetError {
        directory.publish(temporary, name, replace);
    }

    /** Leaves it to the caller to give the file its name, or to remove it. */
    Temporary handOver() {
        handedOver = true;
        return temporary;
    }

    @Override
    public void close() {
        Posix.close(descriptor);
        if (!handedOver) {
            directory.remove(temporary);
        }
    }
}
