// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The calls that make a process a daemon, and that Java does not have. */
final class Posix {
    private static final int O_WRONLY = 1;
    private static final int O_RDONLY = 0;
    private static final int PRIVATE = 0077;
    /** Asks for a terminal's size: four 16-bit numbers, rows and columns first; the same number on x86-64 and arm64. */
    private static final long TIOCGWINSZ = 0x5413;
    private static final int WINSIZE_BYTES = 8;

    private Posix() {}

    /** Leaves the terminal's session, so that closing the terminal does not end this process. */
    static void newSession() {
        call("setsid", new MemoryLayout[0]);
    }

    /** Whether {@code descriptor} leads to a terminal. */
    static boolean isTerminal(int descriptor) {
        return call("isatty", new MemoryLayout[] {ValueLayout.JAVA_INT}, descriptor) == 1;
    }

    /** How many columns the terminal has that {@code descriptor} leads to; 0 if it does not say. */
    static int columns(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(WINSIZE_BYTES, Short.BYTES);
            int result = call("ioctl", new MemoryLayout[] {ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS},
                    new Linker.Option[] {Linker.Option.firstVariadicArg(2)}, descriptor, TIOCGWINSZ, size);
            return result < 0 ? 0 : Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, Short.BYTES));
        }
    }

    /** Has files that this process makes be its owner's alone. */
    static void privateFiles() {
        call("umask", new MemoryLayout[] {ValueLayout.JAVA_INT}, PRIVATE);
    }

    /** Points the standard streams away from those that the process was started with. */
    static void leaveStandardStreams(String errorFile) {
        redirect("/dev/null", O_RDONLY, 0);
        redirect("/dev/null", O_WRONLY, 1);
        redirect(errorFile, O_WRONLY, 2);
    }

    private static void redirect(String file, int flags, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int opened = call("open", new MemoryLayout[] {ValueLayout.ADDRESS, ValueLayout.JAVA_INT},
                    arena.allocateFrom(file), flags);
            if (opened >= 0) {
                call("dup2", new MemoryLayout[] {ValueLayout.JAVA_INT, ValueLayout.JAVA_INT}, opened, descriptor);
                call("close", new MemoryLayout[] {ValueLayout.JAVA_INT}, opened);
            }
        }
    }

    private static int call(String name, MemoryLayout[] parameters, Object... arguments) {
        return call(name, parameters, new Linker.Option[0], arguments);
    }

    @SuppressWarnings("restricted")
    private static int call(String name, MemoryLayout[] parameters, Linker.Option[] options, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().findOrThrow(name);
        MethodHandle handle = linker.downcallHandle(function,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters), options);
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("calling " + name, e);
        }
    }
}
