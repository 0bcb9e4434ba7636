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
 */
final class OutputFile implements Closeable {
    /** The block of most file systems: a smaller hole would save nothing. */
    static final int BLOCK = 4096;
    private static final MemorySegment ZEROS = Arena.global().allocate(BLOCK);

    private final TargetDirectory directory;
    private final Temporary temporary;
    private final int descriptor;
    private final String name;
    private boolean handedOver;

    OutputFile(TargetDirectory directory, Temporary temporary, int descriptor, String name) {
        this.directory = directory;
        this.temporary = temporary;
        this.descriptor = descriptor;
        this.name = name;
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

    private void writeFully(MemorySegment segment, long from, long to, long position) throws TargetError {
        for (long at = from; at < to;) {
            long written = Posix.write(descriptor, segment.asSlice(at), to - at, position + at);
            if (written < 0) {
                throw TargetError.of((int) -written, directory.show(name));
            }
            at += written;
        }
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
