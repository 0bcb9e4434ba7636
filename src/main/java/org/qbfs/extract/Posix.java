// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The system calls that name a file by an open directory and one part of a path: with them no link on the way can be
 * followed, whoever makes it and when. Names are passed as UTF-8 whatever the locale. Linux, with the numbers of its
 * headers.
 *
 * <p>Each gives what the call gives, or a negative error number.
 */
final class Posix {
    static final int NOT_FOUND = 2;
    static final int PERMISSION = 13;
    static final int EXISTS = 17;
    static final int NOT_A_DIRECTORY = 20;
    static final int INVALID = 22;
    static final int FILE_TOO_LARGE = 27;
    static final int NO_SPACE = 28;
    static final int NAME_TOO_LONG = 36;
    static final int TOO_MANY_LINKS = 40;
    static final int NOT_SUPPORTED = 95;
    static final int QUOTA = 122;

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_DIRECTORY = ARM ? 040000 : 0200000;
    private static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
    private static final int O_CLOEXEC = 02000000;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECT = ARM ? 0200000 : 040000;
    private static final int F_SETFL = 4;
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int RENAME_NOREPLACE = 1;
    private static final long UTIME_OMIT = 0x3ffffffe;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    /** {@code struct statx} has 256 bytes; the device's major and minor number are two ints. */
    private static final int STATX_BYTES = 256;
    private static final int STATX_DEVICE = 0x88;
    /** {@code struct statfs} has 120 bytes and begins with its type. */
    private static final int STATFS_BYTES = 120;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout TEXT = ValueLayout.ADDRESS;
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle OPENAT = handle("openat", 3, INT, INT, TEXT, INT, INT);
    private static final MethodHandle FCNTL = handle("fcntl", 2, INT, INT, INT, INT);
    private static final MethodHandle MKDIRAT = handle("mkdirat", -1, INT, INT, TEXT, INT);
    private static final MethodHandle SYMLINKAT = handle("symlinkat", -1, INT, TEXT, INT, TEXT);
    private static final MethodHandle LINKAT = handle("linkat", -1, INT, INT, TEXT, INT, TEXT, INT);
    private static final MethodHandle RENAMEAT = handle("renameat", -1, INT, INT, TEXT, INT, TEXT);
    private static final MethodHandle RENAMEAT2 = handle("renameat2", -1, INT, INT, TEXT, INT, TEXT, INT);
    private static final MethodHandle UNLINKAT = handle("unlinkat", -1, INT, INT, TEXT, INT);
    private static final MethodHandle UTIMENSAT = handle("utimensat", -1, INT, INT, TEXT, TEXT, INT);
    private static final MethodHandle FUTIMENS = handle("futimens", -1, INT, INT, TEXT);
    private static final MethodHandle FCHMOD = handle("fchmod", -1, INT, INT, INT);
    private static final MethodHandle FTRUNCATE = handle("ftruncate", -1, INT, INT, LONG);
    private static final MethodHandle FSYNC = handle("fsync", -1, INT, INT);
    private static final MethodHandle SYNCFS = handle("syncfs", -1, INT, INT);
    private static final MethodHandle FSTATFS = handle("fstatfs", -1, INT, INT, TEXT);
    private static final MethodHandle STATX = handle("statx", -1, INT, INT, TEXT, INT, INT, TEXT);
    private static final MethodHandle CLOSE = handle("close", -1, INT, INT);
    private static final MethodHandle PWRITE = handle("pwrite", -1, LONG, INT, TEXT, LONG, LONG);
    private static final MethodHandle STRERROR = Linker.nativeLinker().defaultLookup().find("strerror")
            .map(Posix::strerror).orElseThrow();

    private Posix() {}

    /** Opens a directory by any path, following links: where the user said. */
    static int openDirectory(String path) {
        return open(AT_FDCWD, path, O_DIRECTORY | O_CLOEXEC);
    }

    /** Opens the directory {@code name} itself, and not what a link of that name leads to. */
    static int openDirectory(int directory, String name) {
        return open(directory, name, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }

    /** Whether there is anything called {@code name}: a descriptor to close, if so. */
    static int openAnything(int directory, String name) {
        return open(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    }

    /** Makes and opens a file that only its owner can read. */
    static int createFile(int directory, String name) {
        return open(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC);
    }

    private static int open(int directory, String name, int flags) {
        return (int) call((arena, errno) -> (int) OPENAT.invokeExact(errno, directory, text(arena, name), flags, 0600));
    }

    /** Whether what is written to {@code descriptor} goes past the page cache from now on; then only whole blocks can be written. */
    static int setDirect(int descriptor, boolean direct) {
        return (int) call((arena, errno) -> (int) FCNTL.invokeExact(errno, descriptor, F_SETFL, direct ? O_DIRECT : 0));
    }

    static int makeDirectory(int directory, String name) {
        return (int) call((arena, errno) -> (int) MKDIRAT.invokeExact(errno, directory, text(arena, name), 0700));
    }

    static int makeSymbolicLink(String target, int directory, String name) {
        return (int) call((arena, errno) -> (int) SYMLINKAT.invokeExact(errno, text(arena, target), directory, text(arena, name)));
    }

    static int makeHardLink(int fromDirectory, String from, int directory, String name) {
        return (int) call((arena, errno) ->
                (int) LINKAT.invokeExact(errno, fromDirectory, text(arena, from), directory, text(arena, name), 0));
    }

    static int rename(int directory, String from, String to) {
        return (int) call((arena, errno) ->
                (int) RENAMEAT.invokeExact(errno, directory, text(arena, from), directory, text(arena, to)));
    }

    /** Fails with {@link #EXISTS} where there is something; with {@link #INVALID} on file systems that cannot. */
    static int renameIfFree(int directory, String from, String to) {
        return (int) call((arena, errno) -> (int) RENAMEAT2.invokeExact(errno, directory, text(arena, from), directory,
                text(arena, to), RENAME_NOREPLACE));
    }

    static int remove(int directory, String name) {
        return (int) call((arena, errno) -> (int) UNLINKAT.invokeExact(errno, directory, text(arena, name), 0));
    }

    /** Sets the modification time of {@code name}, of a link itself. */
    static int setModified(int directory, String name, Instant time) {
        return (int) call((arena, errno) -> (int) UTIMENSAT.invokeExact(errno, directory, text(arena, name), times(arena, time),
                AT_SYMLINK_NOFOLLOW));
    }

    static int setModified(int descriptor, Instant time) {
        return (int) call((arena, errno) -> (int) FUTIMENS.invokeExact(errno, descriptor, times(arena, time)));
    }

    static int setMode(int descriptor, int mode) {
        return (int) call((arena, errno) -> (int) FCHMOD.invokeExact(errno, descriptor, mode));
    }

    static int setSize(int descriptor, long size) {
        return (int) call((arena, errno) -> (int) FTRUNCATE.invokeExact(errno, descriptor, size));
    }

    /** Waits until the medium has all of it. */
    static int sync(int descriptor) {
        return (int) call((arena, errno) -> (int) FSYNC.invokeExact(errno, descriptor));
    }

    /** Waits until the medium has all of the file system that {@code descriptor} is in. */
    static int syncFileSystem(int descriptor) {
        return (int) call((arena, errno) -> (int) SYNCFS.invokeExact(errno, descriptor));
    }

    /** Puts the number of the device that {@code descriptor} lies on and the type of its file system into {@code facts}. */
    static int fileSystem(int descriptor, long[] facts) {
        return (int) call((arena, errno) -> {
            MemorySegment file = arena.allocate(STATX_BYTES, LONG.byteSize());
            int result = (int) STATX.invokeExact(errno, descriptor, text(arena, ""), AT_EMPTY_PATH, STATX_BASIC_STATS, file);
            if (result < 0) {
                return result;
            }
            MemorySegment fileSystem = arena.allocate(STATFS_BYTES, LONG.byteSize());
            result = (int) FSTATFS.invokeExact(errno, descriptor, fileSystem);
            facts[0] = file.get(LONG, STATX_DEVICE);
            facts[1] = fileSystem.get(LONG, 0) & 0xffff_ffffL;
            return result;
        });
    }

    static int close(int descriptor) {
        return (int) call((arena, errno) -> (int) CLOSE.invokeExact(errno, descriptor));
    }

    /** Writes up to {@code length} bytes of {@code bytes}, which is native memory. */
    static long write(int descriptor, MemorySegment bytes, long length, long position) {
        return call((arena, errno) -> (long) PWRITE.invokeExact(errno, descriptor, bytes, length, position));
    }

    /** What an error number means. */
    static String describe(int error) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(error);
            return text.address() == 0 ? "error " + error : text(text);
        } catch (Throwable e) {
            return "error " + error;
        }
    }

    @SuppressWarnings("restricted")
    private static String text(MemorySegment address) {
        return address.reinterpret(1024).getString(0);
    }

    private static MemorySegment text(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8);
    }

    /** Two of {@code struct timespec}: the time of the last access, which stays, and of the last change. */
    private static MemorySegment times(Arena arena, Instant modified) {
        return arena.allocateFrom(LONG, 0, UTIME_OMIT, modified.getEpochSecond(), modified.getNano());
    }

    /** A function of C, with memory for its arguments and a place for the error number. */
    private interface Call {
        long run(Arena arena, MemorySegment errno) throws Throwable;
    }

    private static long call(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
            long result = call.run(arena, errno);
            return result < 0 ? -errno.get(INT, 0) : result;
        } catch (Throwable e) {
            throw new IllegalStateException("calling the system", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, int fixed, MemoryLayout result, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(result, parameters);
        Linker.Option[] options = fixed < 0
                ? new Linker.Option[] {ERRNO}
                : new Linker.Option[] {ERRNO, Linker.Option.firstVariadicArg(fixed)};
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle strerror(MemorySegment function) {
        return Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS, INT));
    }
}
