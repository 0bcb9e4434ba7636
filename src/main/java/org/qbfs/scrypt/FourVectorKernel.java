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
 * Four vectors of lanes: with 512-bit vectors 16 lanes, with 256-bit ones 8, with 128-bit ones 4.
 *
 * <p>A quarter round is one chain of dependent operations, so a single vector leaves much of the processor idle; four
 * independent ones cost less than four times as much (measured, 512-bit, r = 8: 0.8 and 1.05 microseconds a row on Zen 5,
 * 0.72 and 1.57 on Zen 4). More would not fit into the 32 vector registers.
 *
 * <p>The steps are written out, without helper methods: the compiler's budget for inlining is spent on the
 * library's own methods, and one call that is not inlined makes each vector an object (measured: 40 times
 * slower). {@link VectorKernels} says where the species comes from.
 */
final class FourVectorKernel implements LaneKernel {
    private static final VectorSpecies<Integer> SPECIES = VectorKernels.species(MethodHandles.lookup());
    private static final int GROUPS = 4;
    /** Words in one vector. */
    private static final int WIDTH = SPECIES.length();
    private static final int LANES = GROUPS * WIDTH / QUAD;
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
        IntVector b0 = IntVector.fromArray(SPECIES, in, last + WIDTH);
        IntVector b1 = IntVector.fromArray(SPECIES, in, last + STRIDE + WIDTH);
        IntVector b2 = IntVector.fromArray(SPECIES, in, last + 2 * STRIDE + WIDTH);
        IntVector b3 = IntVector.fromArray(SPECIES, in, last + 3 * STRIDE + WIDTH);
        IntVector c0 = IntVector.fromArray(SPECIES, in, last + 2 * WIDTH);
        IntVector c1 = IntVector.fromArray(SPECIES, in, last + STRIDE + 2 * WIDTH);
        IntVector c2 = IntVector.fromArray(SPECIES, in, last + 2 * STRIDE + 2 * WIDTH);
        IntVector c3 = IntVector.fromArray(SPECIES, in, last + 3 * STRIDE + 2 * WIDTH);
        IntVector d0 = IntVector.fromArray(SPECIES, in, last + 3 * WIDTH);
        IntVector d1 = IntVector.fromArray(SPECIES, in, last + STRIDE + 3 * WIDTH);
        IntVector d2 = IntVector.fromArray(SPECIES, in, last + 2 * STRIDE + 3 * WIDTH);
        IntVector d3 = IntVector.fromArray(SPECIES, in, last + 3 * STRIDE + 3 * WIDTH);
        for (int block = 0; block < 2 * r; block++) {
            int from = block * BLOCK;
            a0 = a0.lanewise(XOR, IntVector.fromArray(SPECIES, in, from));
            a1 = a1.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + STRIDE));
            a2 = a2.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * STRIDE));
            a3 = a3.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * STRIDE));
            b0 = b0.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + WIDTH));
            b1 = b1.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + STRIDE + WIDTH));
            b2 = b2.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * STRIDE + WIDTH));
            b3 = b3.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * STRIDE + WIDTH));
            c0 = c0.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * WIDTH));
            c1 = c1.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + STRIDE + 2 * WIDTH));
            c2 = c2.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * STRIDE + 2 * WIDTH));
            c3 = c3.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * STRIDE + 2 * WIDTH));
            d0 = d0.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * WIDTH));
            d1 = d1.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + STRIDE + 3 * WIDTH));
            d2 = d2.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 2 * STRIDE + 3 * WIDTH));
            d3 = d3.lanewise(XOR, IntVector.fromArray(SPECIES, in, from + 3 * STRIDE + 3 * WIDTH));
            IntVector a0In = a0;
            IntVector a1In = a1;
            IntVector a2In = a2;
            IntVector a3In = a3;
            IntVector b0In = b0;
            IntVector b1In = b1;
            IntVector b2In = b2;
            IntVector b3In = b3;
            IntVector c0In = c0;
            IntVector c1In = c1;
            IntVector c2In = c2;
            IntVector c3In = c3;
            IntVector d0In = d0;
            IntVector d1In = d1;
            IntVector d2In = d2;
            IntVector d3In = d3;
            for (int round = 0; round < 8; round += 2) {
                // Columns, then, with the quads turned into columns, rows.
                a1 = a1.lanewise(XOR, a0.add(a3).lanewise(ROL, 7));
                b1 = b1.lanewise(XOR, b0.add(b3).lanewise(ROL, 7));
                c1 = c1.lanewise(XOR, c0.add(c3).lanewise(ROL, 7));
                d1 = d1.lanewise(XOR, d0.add(d3).lanewise(ROL, 7));
                a2 = a2.lanewise(XOR, a1.add(a0).lanewise(ROL, 9));
                b2 = b2.lanewise(XOR, b1.add(b0).lanewise(ROL, 9));
                c2 = c2.lanewise(XOR, c1.add(c0).lanewise(ROL, 9));
                d2 = d2.lanewise(XOR, d1.add(d0).lanewise(ROL, 9));
                a3 = a3.lanewise(XOR, a2.add(a1).lanewise(ROL, 13));
                b3 = b3.lanewise(XOR, b2.add(b1).lanewise(ROL, 13));
                c3 = c3.lanewise(XOR, c2.add(c1).lanewise(ROL, 13));
                d3 = d3.lanewise(XOR, d2.add(d1).lanewise(ROL, 13));
                a0 = a0.lanewise(XOR, a3.add(a2).lanewise(ROL, 18));
                b0 = b0.lanewise(XOR, b3.add(b2).lanewise(ROL, 18));
                c0 = c0.lanewise(XOR, c3.add(c2).lanewise(ROL, 18));
                d0 = d0.lanewise(XOR, d3.add(d2).lanewise(ROL, 18));
                a1 = a1.rearrange(TURN_3);
                a2 = a2.rearrange(TURN_2);
                a3 = a3.rearrange(TURN_1);
                b1 = b1.rearrange(TURN_3);
                b2 = b2.rearrange(TURN_2);
                b3 = b3.rearrange(TURN_1);
                c1 = c1.rearrange(TURN_3);
                c2 = c2.rearrange(TURN_2);
                c3 = c3.rearrange(TURN_1);
                d1 = d1.rearrange(TURN_3);
                d2 = d2.rearrange(TURN_2);
                d3 = d3.rearrange(TURN_1);
                a3 = a3.lanewise(XOR, a0.add(a1).lanewise(ROL, 7));
                b3 = b3.lanewise(XOR, b0.add(b1).lanewise(ROL, 7));
                c3 = c3.lanewise(XOR, c0.add(c1).lanewise(ROL, 7));
                d3 = d3.lanewise(XOR, d0.add(d1).lanewise(ROL, 7));
                a2 = a2.lanewise(XOR, a3.add(a0).lanewise(ROL, 9));
                b2 = b2.lanewise(XOR, b3.add(b0).lanewise(ROL, 9));
                c2 = c2.lanewise(XOR, c3.add(c0).lanewise(ROL, 9));
                d2 = d2.lanewise(XOR, d3.add(d0).lanewise(ROL, 9));
                a1 = a1.lanewise(XOR, a2.add(a3).lanewise(ROL, 13));
                b1 = b1.lanewise(XOR, b2.add(b3).lanewise(ROL, 13));
                c1 = c1.lanewise(XOR, c2.add(c3).lanewise(ROL, 13));
                d1 = d1.lanewise(XOR, d2.add(d3).lanewise(ROL, 13));
                a0 = a0.lanewise(XOR, a1.add(a2).lanewise(ROL, 18));
                b0 = b0.lanewise(XOR, b1.add(b2).lanewise(ROL, 18));
                c0 = c0.lanewise(XOR, c1.add(c2).lanewise(ROL, 18));
                d0 = d0.lanewise(XOR, d1.add(d2).lanewise(ROL, 18));
                a1 = a1.rearrange(TURN_1);
                a2 = a2.rearrange(TURN_2);
                a3 = a3.rearrange(TURN_3);
                b1 = b1.rearrange(TURN_1);
                b2 = b2.rearrange(TURN_2);
                b3 = b3.rearrange(TURN_3);
                c1 = c1.rearrange(TURN_1);
                c2 = c2.rearrange(TURN_2);
                c3 = c3.rearrange(TURN_3);
                d1 = d1.rearrange(TURN_1);
                d2 = d2.rearrange(TURN_2);
                d3 = d3.rearrange(TURN_3);
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
            b0 = b0.add(b0In);
            b0.intoArray(out, to + WIDTH);
            b1 = b1.add(b1In);
            b1.intoArray(out, to + STRIDE + WIDTH);
            b2 = b2.add(b2In);
            b2.intoArray(out, to + 2 * STRIDE + WIDTH);
            b3 = b3.add(b3In);
            b3.intoArray(out, to + 3 * STRIDE + WIDTH);
            c0 = c0.add(c0In);
            c0.intoArray(out, to + 2 * WIDTH);
            c1 = c1.add(c1In);
            c1.intoArray(out, to + STRIDE + 2 * WIDTH);
            c2 = c2.add(c2In);
            c2.intoArray(out, to + 2 * STRIDE + 2 * WIDTH);
            c3 = c3.add(c3In);
            c3.intoArray(out, to + 3 * STRIDE + 2 * WIDTH);
            d0 = d0.add(d0In);
            d0.intoArray(out, to + 3 * WIDTH);
            d1 = d1.add(d1In);
            d1.intoArray(out, to + STRIDE + 3 * WIDTH);
            d2 = d2.add(d2In);
            d2.intoArray(out, to + 2 * STRIDE + 3 * WIDTH);
            d3 = d3.add(d3In);
            d3.intoArray(out, to + 3 * STRIDE + 3 * WIDTH);
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
