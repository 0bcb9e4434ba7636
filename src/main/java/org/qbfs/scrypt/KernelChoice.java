// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.List;

/** The kernels with vectors, and which of them steps so many lanes. Safe for many threads. */
interface KernelChoice {
    /** What {@link #fastest} gives where no kernel with vectors is faster. */
    int INTEGER_REGISTERS = -1;

    /** Those with the fewest lanes first; they may be none. */
    List<LaneKernel> kernels();

    /** The index of the kernel that steps {@code lanes} in the least time, or {@link #INTEGER_REGISTERS}. It may change. */
    int fastest(int lanes);

    /** Has the kernel compiled that fits {@code lanes} best, in the background; does nothing if it is, or if another one is now. */
    void compileFor(int lanes);

    /** Whether the kernel that fits {@code lanes} best will be compiled in a moment, the sooner the less others do meanwhile. */
    boolean isAboutToBeCompiledFor(int lanes);

    /** The most lanes that can be stepped together. */
    default int mostLanes() {
        return kernels().isEmpty() ? 1 : kernels().getLast().lanes();
    }
}
