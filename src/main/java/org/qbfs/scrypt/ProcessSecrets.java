// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Keeps the memory of this process, which holds passphrases and keys, from being written to a file. */
public final class ProcessSecrets {
    /** {@code linux/prctl.h}. */
    private static final int PR_SET_DUMPABLE = 4;

    private ProcessSecrets() {}

    /**
     * Asks the kernel for no core dump of this process, and for no access to its memory by other processes
     * of the same user (prctl(2), PR_SET_DUMPABLE).
     *
     * @return whether it was done; {@code false} where the platform has no such call
     */
    @SuppressWarnings("restricted")
    public static boolean disableCoreDumps() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find("prctl").map(prctl -> {
            FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
            // prctl is variadic: of its arguments only the first is named.
            MethodHandle call = linker.downcallHandle(prctl, type, Linker.Option.firstVariadicArg(1));
            try {
                return (int) call.invokeExact(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) == 0;
            } catch (Throwable e) {
                throw new IllegalStateException("prctl does not throw", e);
            }
        }).orElse(false);
    }
}
