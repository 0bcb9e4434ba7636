// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LaneKernelTest {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Test
    void scalarKernelMixesTheVectorOfTheRfc() {
        // RFC 7914, section 9, r = 1.
        byte[] in = HexFormat.of().parseHex("f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad"
                + "89f68f4811d1e87bcc3bd7400a9ffd29094f0184639574f39ae5a1315217bcd7"
                + "894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0"
                + "67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89");
        byte[] out = HexFormat.of().parseHex("a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29"
                + "b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81"
                + "20edc975323881a80540f64c162dcd3c21077cfe5f8d5fe2b1a4168f953678b7"
                + "7d3b3d803b60e4ab920996e59b4d53b65d2a225877d5edf5842cb9f14eefe425");
        int[] mixed = new int[32];
        new ScalarKernel().mix(diagonals(in), mixed, 1);
        assertArrayEquals(diagonals(out), mixed);
    }

    private static int[] diagonals(byte[] bytes) {
        int[] words = new int[bytes.length / 4];
        for (int i = 0; i < words.length; i++) {
            words[i] = MemorySegment.ofArray(bytes).get(WORD, 4L * (i & -16 | LaneKernel.DIAGONALS[i & 15]));
        }
        return words;
    }

    @Test
    void vectorKernelsAreThereForFewAndForManyLanes() {
        List<Integer> lanes = VectorKernels.all().stream().map(LaneKernel::lanes).toList();
        int widest = Math.clamp(IntVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512) / 128;
        assertEquals(widest == 1 ? List.of(1, 4) : List.of(widest / 2, widest, 2 * widest, 4 * widest), lanes);
    }

    private static Stream<Arguments> vectorKernels() {
        return VectorKernels.all().stream().flatMap(kernel -> Stream.of(1, 2, 3, 8, 11).map(r -> Arguments.of(kernel, kernel.lanes(), r)));
    }

    @ParameterizedTest(name = "{1} lanes, r = {2}")
    @MethodSource("vectorKernels")
    void vectorKernelMixesEachLaneAsTheScalarOne(LaneKernel vector, int lanes, int r) {
        LaneKernel scalar = new ScalarKernel();
        int rowBytes = 128 * r;
        int[] in = new int[32 * r * vector.lanes()];
        int[] out = new int[in.length];
        Random random = new Random(r);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate((long) rowBytes * vector.lanes());
            for (long i = 0; i < rows.byteSize(); i += 4) {
                rows.set(WORD, i, random.nextInt());
            }
            for (int lane = 0; lane < vector.lanes(); lane++) {
                vector.load(in, lane, rows, (long) lane * rowBytes);
                vector.xor(in, lane, rows, (long) (vector.lanes() - 1 - lane) * rowBytes);
            }
            vector.mix(in, out, r);
            for (int lane = 0; lane < vector.lanes(); lane++) {
                int[] one = new int[32 * r];
                int[] expected = new int[32 * r];
                scalar.load(one, 0, rows, (long) lane * rowBytes);
                scalar.xor(one, 0, rows, (long) (vector.lanes() - 1 - lane) * rowBytes);
                scalar.mix(one, expected, r);
                MemorySegment row = arena.allocate(rowBytes);
                vector.store(out, lane, row, 0);
                assertArrayEquals(expected, row.toArray(WORD), "lane " + lane);
                scalar.store(expected, 0, row, 0);
                assertArrayEquals(expected, row.toArray(WORD));
            }
        }
    }
}
