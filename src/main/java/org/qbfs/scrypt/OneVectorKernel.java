// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * One vector of lanes: with 512-bit vectors 4 lanes, with 256-bit ones 2, with 128-bit ones 1. For few lanes: the places of
 * a kernel are computed whether they are taken or not.
 *
 * <p>Written out like {@link FourVectorKernel}, for the same reason.
 */
final class OneVectorKernel implements LaneKernel {
    private static final VectorSpecies<Integer> SPECIES = VectorKernels.species(MethodHandles.lookup());
    /** Words in one vector. */
    private static final int WIDTH = SPECIES.length();
    private static final int LANES = WIDTH / QUAD;
    /** Words of all lanes in one quad, and in one block. */
    private static final int STRIDE = LANES * QUAD;
    private static final int BLOCK = 4 * STRIDE;

    private static final VectorShuffle<Integer> TURN_1 = VectorKernels.turn(SPECIES, 1);
    private static final VectorShuffle<Integer> TURN_2 = VectorKernels.turn(SPECIES, 2);
    private static final VectorShuffle<Integer> TURN_3 = VectorKernels.turn(SPECIES, 3);

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void mix(int[] in, int[] out, int r) {
        int last = (2 * r - 1) * BLOCK;
        IntVector a0 = IntVector.fromArray(SPECIES, in, last);
        IntVector a1 = IntVector.fromArray(SPECIES, in, last + STRIDE);
        IntVector a2 = IntVector.fromArray(SPECIES, in, last + 2 * STRIDE);
        IntVector a3 = IntVector.fromArray(SPECIES, in, last + 3 * STRIDE);
        for (int block = 0; block < 2 * r; block++) {
            int from = block * BLOCK;
            a0 = a0.lanewise(XOR, IntVector.fromArray(SPECIES, in, from));
            a1 = a1.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + STRIDE));
            a2 = a2.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * STRIDE));
            a3 = a3.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * STRIDE));
            IntVector a0In = a0;
            IntVector a1In = a1;
            IntVector a2In = a2;
            IntVector a3In = a3;
            for (int round = 0; round < 8; round += 2) {
                // Columns, then, with the quads turned into columns, rows.
                a1 = a1.lanewise(XOR, a0.add(a3).lanewise(ROL, 7));
                a2 = a2.lanewise(XOR, a1.add(a0).lanewise(ROL, 9));
                a3 = a3.lanewise(XOR, a2.add(a1).lanewise(ROL, 13));
                a0 = a0.lanewise(XOR, a3.add(a2).lanewise(ROL, 18));
                a1 = a1.rearrange(TURN_3);
                a2 = a2.rearrange(TURN_2);
                a3 = a3.rearrange(TURN_1);
                a3 = a3.lanewise(XOR, a0.add(a1).lanewise(ROL, 7));
                a2 = a2.lanewise(XOR, a3.add(a0).lanewise(ROL, 9));
                a1 = a1.lanewise(XOR, a2.add(a3).lanewise(ROL, 13));
                a0 = a0.lanewise(XOR, a1.add(a2).lanewise(ROL, 18));
                a1 = a1.rearrange(TURN_1);
                a2 = a2.rearrange(TURN_2);
                a3 = a3.rearrange(TURN_3);
            }
            int to = ((block & 1) * r + (block >> 1)) * BLOCK;
            a0 = a0.add(a0In);
            a0.intoArray(out, to);
            a1 = a1.add(a1In);
            a1.intoArray(out, to + STRIDE);
            a2 = a2.add(a2In);
            a2.intoArray(out, to + 2 * STRIDE);
            a3 = a3.add(a3In);
            a3.intoArray(out, to + 3 * STRIDE);
        }
    }

    @Override
    public void store(int[] state, int lane, MemorySegment tables, long offset) {
        QuadRows.store(state, lane, STRIDE, tables, offset);
    }

    @Override
    public void load(int[] state, int lane, MemorySegment tables, long offset) {
        QuadRows.load(state, lane, STRIDE, tables, offset);
    }

    @Override
    public void xor(int[] state, int lane, MemorySegment tables, long offset) {
        QuadRows.xor(state, lane, STRIDE, tables, offset);
    }
}
