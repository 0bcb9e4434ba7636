// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The system calls that the JDK has no method for. The numbers are those of Linux. */
@SuppressWarnings("restricted")
final class Posix {
    // asm-generic/mman-common.h, asm-generic/mman.h
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_DONTDUMP = 16;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final long MAP_FAILED = -1;
    // linux/prctl.h
    private static final int PR_GET_DUMPABLE = 3;
    private static final int PR_SET_DUMPABLE = 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private Posix() {}

    /**
     * Address space that takes memory page by page when it is written, in huge pages where the system has
     * them, and is left out of core dumps. Given back when {@code arena} is closed.
     */
    static Optional<MemorySegment> reserve(long bytes, Arena arena) {
        try {
            MethodHandle mmap = function("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
            long address = (long) mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (address == MAP_FAILED) {
                return Optional.empty();
            }
            MethodHandle munmap = function("munmap", FunctionDescriptor.of(INT, LONG, LONG));
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes, arena, mapped -> {
                try {
                    int ignored = (int) munmap.invokeExact(mapped.address(), bytes);
                } catch (Throwable e) {
                    throw unexpected(e);
                }
            });
            advise(memory, MADV_HUGEPAGE);
            advise(memory, MADV_DONTDUMP);
            return Optional.of(memory);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Gives the memory of {@code part} back to the system; it reads as zeros afterwards. */
    static void release(MemorySegment part) {
        advise(part, MADV_DONTNEED);
    }

    /** Makes the kernel provide the memory of {@code part} now, and keep what is in it (Linux 5.14; nothing before). */
    static void populate(MemorySegment part) {
        advise(part, MADV_POPULATE_WRITE);
    }

    /** Tells the kernel to leave this process out of core dumps; whether it does. */
    static boolean setUndumpable() {
        return prctl(PR_SET_DUMPABLE) == 0 && prctl(PR_GET_DUMPABLE) == 0;
    }

    private static int prctl(int operation) {
        try {
            // prctl is variadic: of its arguments only the first is named.
            MethodHandle prctl = function("prctl", FunctionDescriptor.of(INT, INT, LONG, LONG, LONG, LONG),
                    Linker.Option.firstVariadicArg(1));
            return (int) prctl.invokeExact(operation, 0L, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Advice may be refused, by a kernel without huge pages for one: that costs time and nothing else. */
    private static void advise(MemorySegment memory, int advice) {
        try {
            MethodHandle madvise = function("madvise", FunctionDescriptor.of(INT, LONG, LONG, INT));
            int ignored = (int) madvise.invokeExact(memory.address(), memory.byteSize(), advice);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException("a C function does not throw", e);
    }
}
