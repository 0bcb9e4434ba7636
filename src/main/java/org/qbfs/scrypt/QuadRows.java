// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The moves of a lane between a table and a state whose quads are {@code stride} words apart. See {@link LaneKernel}. */
final class QuadRows {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_128;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int QUAD = LaneKernel.QUAD;

    private QuadRows() {}

    static void store(int[] state, int lane, int stride, MemorySegment tables, long offset) {
        long to = offset;
        for (int from = lane * QUAD; from < state.length; from += stride) {
            IntVector.fromArray(SPECIES, state, from).intoMemorySegment(tables, to, ORDER);
            to += QUAD * Integer.BYTES;
        }
    }

    static void load(int[] state, int lane, int stride, MemorySegment tables, long offset) {
        long from = offset;
        for (int to = lane * QUAD; to < state.length; to += stride) {
            IntVector.fromMemorySegment(SPECIES, tables, from, ORDER).intoArray(state, to);
            from += QUAD * Integer.BYTES;
        }
    }

    static void xor(int[] state, int lane, int stride, MemorySegment tables, long offset) {
        long from = offset;
        for (int to = lane * QUAD; to < state.length; to += stride) {
            IntVector.fromMemorySegment(SPECIES, tables, from, ORDER)
                    .lanewise(XOR, IntVector.fromArray(SPECIES, state, to))
                    .intoArray(state, to);
            from += QUAD * Integer.BYTES;
        }
    }
}
