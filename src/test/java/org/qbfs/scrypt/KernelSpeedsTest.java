// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class KernelSpeedsTest {
    private static final int NONE = KernelChoice.INTEGER_REGISTERS;

    @Test
    void withoutVectorsThereAreTheIntegerRegisters() {
        KernelSpeeds speeds = new KernelSpeeds(List.of(), () -> false);
        speeds.compileFor(1);
        assertEquals(1, speeds.mostLanes());
        assertEquals(NONE, speeds.fastest(1));
    }

    @Test
    @Timeout(60)
    void kernelIsUsedOnceItIsCompiledAndForNoMoreLanesThanItHas() throws Exception {
        KernelSpeeds speeds = new KernelSpeeds(VectorKernels.all(), () -> false);
        int widest = speeds.mostLanes();
        assertEquals(NONE, speeds.fastest(widest));
        speeds.compileFor(widest);
        while (speeds.fastest(widest) == NONE) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertEquals(speeds.kernels().size() - 1, speeds.fastest(widest));
        // Two lanes are stepped by the narrowest kernel that takes them, or by the widest until that is compiled.
        int first = speeds.kernels().stream().map(kernel -> kernel.lanes() >= 2).toList().indexOf(true);
        while (speeds.fastest(2) != first) {
            speeds.compileFor(2);
            assertTrue(speeds.fastest(2) == NONE || speeds.kernels().get(speeds.fastest(2)).lanes() >= 2);
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertEquals(speeds.kernels().size() - 1, speeds.fastest(widest));
    }

    @Test
    @Timeout(60)
    void compilingEndsWhileNothingIsDerivedAndBeginsAgain() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean(true);
        AtomicInteger asked = new AtomicInteger();
        KernelSpeeds speeds = new KernelSpeeds(VectorKernels.all(), () -> {
            asked.incrementAndGet();
            return stopped.get();
        });
        speeds.compileFor(2);
        while (asked.get() == 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertEquals(NONE, speeds.fastest(2));
        stopped.set(false);
        while (speeds.fastest(2) == NONE) {
            speeds.compileFor(2);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    @Timeout(60)
    void oneKernelIsCompiledAtATime() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        KernelSpeeds speeds = new KernelSpeeds(VectorKernels.all(), stopped::get);
        speeds.compileFor(speeds.mostLanes());
        speeds.compileFor(1);
        assertFalse(speeds.isAboutToBeCompiledFor(1));
        stopped.set(true);
        while (speeds.isAboutToBeCompiledFor(speeds.mostLanes())) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        stopped.set(false);
        while (!speeds.isAboutToBeCompiledFor(1) && speeds.fastest(1) == NONE) {
            speeds.compileFor(1);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        stopped.set(true);
    }

    /** Each try costs a thread, and the kernel is asked for every half a millisecond. */
    @Test
    @Timeout(60)
    void kernelThatFailsIsNotTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        LaneKernel failing = (LaneKernel) Proxy.newProxyInstance(LaneKernel.class.getClassLoader(), new Class<?>[] {LaneKernel.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("lanes")) {
                        return 2;
                    }
                    tries.incrementAndGet();
                    throw new OutOfMemoryError("as there may be");
                });
        KernelSpeeds speeds = new KernelSpeeds(List.of(failing), () -> false);
        while (tries.get() == 0 || speeds.isAboutToBeCompiledFor(2)) {
            speeds.compileFor(2);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        for (int i = 0; i < 100; i++) {
            speeds.compileFor(2);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertEquals(1, tries.get());
        assertEquals(NONE, speeds.fastest(2));
    }
}
