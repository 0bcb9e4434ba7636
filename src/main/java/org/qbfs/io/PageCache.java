// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The kernel's copy of a file in memory, which reads are served from. Dropping it is a request: a page that is mapped
 * or dirty stays (posix_fadvise(2), {@code POSIX_FADV_DONTNEED}).
 */
final class PageCache {
    private static final int O_RDONLY = 0;
    private static final int DONTNEED = 4;
    /** Partial pages are kept, so the range is widened to whole ones; the largest page of any Linux is 64 KiB. */
    private static final long PAGE = 64 << 10;

    private PageCache() {}

    /** Drops what lies in {@code [start, start + length)} of {@code file}, which is opened for this. */
    static void drop(Path file, long start, long length) {
        long from = start - start % PAGE;
        long to = start + length + PAGE - 1;
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = open(arena.allocateFrom(file.toString()));
            if (descriptor >= 0) {
                advise(descriptor, from, to - to % PAGE - from);
                close(descriptor);
            }
        }
    }

    private static int open(MemorySegment path) {
        return (int) call("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                path, O_RDONLY);
    }

    private static void advise(int descriptor, long start, long length) {
        call("posix_fadvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT), descriptor, start, length, DONTNEED);
    }

    private static void close(int descriptor) {
        call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), descriptor);
    }

    @SuppressWarnings("restricted")
    private static Object call(String name, FunctionDescriptor type, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        try {
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("calling " + name, e);
        }
    }
}
