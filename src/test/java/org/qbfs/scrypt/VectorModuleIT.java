// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Test;

/** Java started as the launcher does it, without the module, is silent and has vectors all the same. */
class VectorModuleIT {
    /** What the other Java runs. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            System.out.println(VectorModule.isThere() ? "sum " + Sum.of(7) : "no vectors");
        }
    }

    private static final class Sum {
        static int of(int value) {
            return IntVector.broadcast(IntVector.SPECIES_128, value).reduceLanes(jdk.incubator.vector.VectorOperators.ADD);
        }
    }

    @Test
    void vectorsWithoutAWarning() throws Exception {
        assertEquals("sum 28\n", run("-XX:+UnlockExperimentalVMOptions", "-XX:+EnableVectorSupport",
                "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED"));
    }

    @Test
    void saysNoWhereJavaDoesNotLetItIn() throws Exception {
        assertEquals("no vectors\n", run());
    }

    private static String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
