// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kept input, and small changes of them that are the same each time; {@code scripts/fuzz} looks for new ones. */
class FuzzIT {
    private static final int CHANGED = 2000;
    private static final int SEED = 20_261_120;

    static List<FuzzTargets.Target> targets() {
        return FuzzTargets.ALL;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void endsInAResultOrATypedError(FuzzTargets.Target target) throws Exception {
        List<byte[]> kept = kept(target);
        assertFalse(kept.isEmpty(), "no inputs for " + target);
        for (byte[] input : kept) {
            run(target, input);
        }
        Random random = new Random(SEED);
        for (int i = 0; i < CHANGED; i++) {
            run(target, changed(kept.get(random.nextInt(kept.size())), kept.get(random.nextInt(kept.size())), random));
        }
    }

    private static List<byte[]> kept(FuzzTargets.Target target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz", target.name()))) {
            List<Path> sorted = files.sorted().toList();
            byte[][] inputs = new byte[sorted.size()][];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = Files.readAllBytes(sorted.get(i));
            }
            return List.of(inputs);
        }
    }

    private static void run(FuzzTargets.Target target, byte[] input) {
        try {
            target.body().run(input.clone());
        } catch (Throwable e) {
            int shown = Math.min(input.length, 4096);
            throw new AssertionError(target + " fails with " + input.length + " bytes: "
                    + HexFormat.of().formatHex(input, 0, shown), e);
        }
    }

    /** {@code input} with one to four changes of it. */
    private static byte[] changed(byte[] input, byte[] other, Random random) {
        byte[] bytes = input.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), (byte) -random.nextInt(2));
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> {
                    int length = Math.min(random.nextInt(64), bytes.length - at);
                    System.arraycopy(bytes, at, bytes, random.nextInt(bytes.length - length + 1), length);
                }
                default -> {
                    int length = Math.min(Math.min(random.nextInt(64), other.length), bytes.length - at);
                    System.arraycopy(other, random.nextInt(other.length - length + 1), bytes, at, length);
                }
            }
        }
        return bytes;
    }
}
