// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.MemorySegment;

/**
 * scryptBlockMix (RFC 7914, section 4) for several lanes at once, and the moves of a lane between its state
 * and its table. Stateless.
 *
 * <p>The 16 words of a Salsa20 block are kept in the order of the diagonals of its 4 x 4 matrix: four
 * <em>quads</em>, {@link #DIAGONALS}, each a vector of four words, so that a quarter round is the same
 * operation on the four words of a vector. A row of a table has its quads in sequence. The state of all
 * lanes has quad 0 of each lane, then quad 1 of each lane, and so on, so that lanes fill wide vectors.
 */
interface LaneKernel {
    /** The word of a Salsa20 block that stands at each place of four quads. */
    int[] DIAGONALS = {0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11};
    /** Words in a quad. */
    int QUAD = 4;

    /** How many lanes a state holds. */
    int lanes();

    /**
     * Mixes every lane of {@code in} into {@code out}.
     *
     * @param in {@code 32 * r} words for each of {@link #lanes}, unchanged
     * @param out as long, and not the same array
     */
    void mix(int[] in, int[] out, int r);

    /** Writes one lane as a row at {@code offset} of the tables. */
    void store(int[] state, int lane, MemorySegment tables, long offset);

    /** Replaces one lane by the row at {@code offset}. */
    void load(int[] state, int lane, MemorySegment tables, long offset);

    /** Adds the row at {@code offset} to one lane, by exclusive or. */
    void xor(int[] state, int lane, MemorySegment tables, long offset);
}
