// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.qbfs.scrypt.ReferenceKeys.ascii;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.ResourceLimit;
import org.qbfs.scrypt.KeyDerivation.Priority;

class ScheduledKeyDerivationTest {
    private static final long MIB = 1 << 20;
    /** Takes minutes: what is to be interrupted. */
    private static final ScryptParameters ENDLESS = new ScryptParameters(20, 8, 64, ascii("endless"));

    private static ScryptParameters parameters(int logN, int r, int p) {
        return new ScryptParameters(logN, r, p, ascii("salt " + logN + r + p));
    }

    private static byte[] get(CompletableFuture<byte[]> key) throws Exception {
        return key.get(60, TimeUnit.SECONDS);
    }

    private static void deriveAndCompare(KeyDerivation keys, int count, int[][] shapes) throws Exception {
        List<CompletableFuture<byte[]>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] shape = shapes[i % shapes.length];
            Priority priority = Priority.values()[i % 3];
            futures.add(keys.derive(ascii("passphrase " + i), parameters(shape[0], shape[1], shape[2]), priority));
        }
        for (int i = 0; i < count; i++) {
            int[] shape = shapes[i % shapes.length];
            byte[] expected = ReferenceKeys.derive(ascii("passphrase " + i), parameters(shape[0], shape[1], shape[2]));
            assertArrayEquals(expected, get(futures.get(i)), "key " + i + " of " + count);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 40})
    void batchOfAnySizeGivesTheKeysOfBouncyCastle(int count) throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(64 * MIB, 2)) {
            deriveAndCompare(keys, count, new int[][] {{10, 8, 1}});
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 1", "64, 2", "4, 2", "1, 3"})
    void mixedParametersGiveTheKeysOfBouncyCastle(long budgetMib, int workers) throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(budgetMib * MIB, workers)) {
            deriveAndCompare(keys, 24, new int[][] {{10, 8, 1}, {11, 5, 3}, {4, 1, 1}, {9, 8, 20}, {1, 3, 2}, {12, 8, 1}, {7, 17, 1}});
        }
    }

    /** Real ones change the kernel when a faster one is compiled, which short derivations do not live to see. */
    private static final class Fickle implements KernelChoice {
        private final List<LaneKernel> kernels = VectorKernels.all();
        private final Set<Integer> chosen = ConcurrentHashMap.newKeySet();

        @Override
        public List<LaneKernel> kernels() {
            return kernels;
        }

        @Override
        public int fastest(int lanes) {
            int any = ThreadLocalRandom.current().nextInt(INTEGER_REGISTERS, kernels.size());
            int fitting = any == INTEGER_REGISTERS || kernels.get(any).lanes() >= lanes ? any : kernels.size() - 1;
            chosen.add(fitting);
            return fitting;
        }

        @Override
        public void compileFor(int lanes) {}

        @Override
        public boolean isAboutToBeCompiledFor(int lanes) {
            return ThreadLocalRandom.current().nextBoolean();
        }
    }

    @Test
    void lanesThatMoveBetweenKernelsGiveTheKeysOfBouncyCastle() throws Exception {
        Fickle kernels = new Fickle();
        try (KeyDerivation keys = ScheduledKeyDerivation.create(24 * MIB, 2, idle -> kernels)) {
            deriveAndCompare(keys, 40, new int[][] {{12, 8, 1}, {11, 5, 2}, {12, 8, 2}, {10, 8, 1}, {11, 1, 1}});
        }
        assertEquals(kernels.kernels().size() + 1, kernels.chosen.size(), "kernels chosen: " + kernels.chosen);
    }

    /** From full tables to those of which 15 rows of 16 are missing. */
    @ParameterizedTest
    @ValueSource(longs = {8192, 4096, 1900, 1100, 700, 600})
    void anyTableThatFitsGivesTheSameKeys(long budgetKib) throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(budgetKib << 10, 1)) {
            deriveAndCompare(keys, 3, new int[][] {{12, 8, 1}});
        }
    }

    @Test
    void sameKeyAskedForTwiceIsDerivedOnceAndGivenToEachInAnArrayOfItsOwn() throws Exception {
        try (ScheduledKeyDerivation keys = ScheduledKeyDerivation.create(64 * MIB, 1)) {
            CompletableFuture<byte[]> first = keys.derive(ascii("a"), parameters(17, 8, 1), Priority.BACKGROUND);
            CompletableFuture<byte[]> second = keys.derive(ascii("a"), parameters(17, 8, 1), Priority.URGENT);
            assertEquals(1, keys.pending());
            CompletableFuture<byte[]> other = keys.derive(ascii("b"), parameters(4, 8, 1), Priority.URGENT);
            assertEquals(2, keys.pending());
            assertArrayEquals(get(first), get(second));
            assertNotSame(get(first), get(second));
            get(other);
            assertEquals(0, keys.pending());
        }
    }

    @Test
    void passphraseIsCopied() throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(64 * MIB, 1)) {
            byte[] passphrase = ascii("mine");
            CompletableFuture<byte[]> key = keys.derive(passphrase, parameters(10, 8, 1), Priority.SOON);
            passphrase[0] = 0;
            assertArrayEquals(ReferenceKeys.derive(ascii("mine"), parameters(10, 8, 1)), get(key));
        }
    }

    @Test
    void closeCancelsWhatRunsAndWhatWaits() {
        ScheduledKeyDerivation keys = ScheduledKeyDerivation.create(80 * MIB, 2);
        List<CompletableFuture<byte[]>> futures = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            futures.add(keys.derive(ascii("key " + i), ENDLESS, Priority.values()[i % 3]));
        }
        keys.close();
        keys.close();
        for (CompletableFuture<byte[]> future : futures) {
            assertTrue(future.isDone());
            assertThrows(CancellationException.class, future::join);
        }
        CompletableFuture<byte[]> late = keys.derive(ascii("late"), parameters(4, 1, 1), Priority.URGENT);
        assertThrows(CancellationException.class, late::join);
    }

    /** A worker that used its table after close would end the process, or throw in its thread. */
    @Test
    void closeAtAnyMomentFreesNoTableInUse() throws Exception {
        for (int i = 0; i < 30; i++) {
            ScheduledKeyDerivation keys = ScheduledKeyDerivation.create(4 * MIB, 2);
            for (int k = 0; k < 8; k++) {
                keys.derive(ascii("key " + k), parameters(10 + k % 4, 8, 2), Priority.values()[k % 3]);
            }
            Thread.sleep(i);
            keys.close();
            assertEquals(0, keys.pending());
        }
    }

    @Test
    void cancellingTheLastFutureDropsTheDerivation() throws Exception {
        try (ScheduledKeyDerivation keys = ScheduledKeyDerivation.create(80 * MIB, 1)) {
            CompletableFuture<byte[]> first = keys.derive(ascii("a"), ENDLESS, Priority.SOON);
            CompletableFuture<byte[]> second = keys.derive(ascii("a"), ENDLESS, Priority.SOON);
            first.cancel(true);
            assertEquals(1, keys.pending());
            second.cancel(true);
            assertEquals(0, keys.pending());
            deriveAndCompare(keys, 3, new int[][] {{12, 8, 1}});
        }
    }

    @Test
    void urgentRequestIsNotBehindBackgroundWork() throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(80 * MIB, 1)) {
            List<CompletableFuture<byte[]>> background = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                background.add(keys.derive(ascii("key " + i), ENDLESS, Priority.BACKGROUND));
            }
            deriveAndCompare(keys, 1, new int[][] {{15, 8, 1}});
            for (CompletableFuture<byte[]> future : background) {
                assertFalse(future.isDone());
            }
        }
    }

    @Test
    void raisedRequestOvertakes() throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(80 * MIB, 1)) {
            for (int i = 0; i < 40; i++) {
                keys.derive(ascii("key " + i), ENDLESS, Priority.BACKGROUND);
            }
            CompletableFuture<byte[]> patient = keys.derive(ascii("x"), parameters(13, 8, 1), Priority.BACKGROUND);
            keys.derive(ascii("x"), parameters(13, 8, 1), Priority.URGENT);
            assertArrayEquals(ReferenceKeys.derive(ascii("x"), parameters(13, 8, 1)), get(patient));
        }
    }

    /** The memory is enough for one of them, and the first has it. */
    @Test
    void whatIsGivenUpForAnUrgentRequestIsDerivedLater() throws Exception {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(8 * MIB, 1)) {
            CompletableFuture<byte[]> background = keys.derive(ascii("b"), parameters(16, 8, 2), Priority.BACKGROUND);
            while (((ScheduledKeyDerivation) keys).startedLanes() == 0) {
                Thread.onSpinWait();
            }
            CompletableFuture<byte[]> urgent = keys.derive(ascii("u"), parameters(13, 8, 1), Priority.URGENT);
            assertArrayEquals(ReferenceKeys.derive(ascii("u"), parameters(13, 8, 1)), get(urgent));
            assertFalse(background.isDone());
            assertArrayEquals(ReferenceKeys.derive(ascii("b"), parameters(16, 8, 2)), get(background));
        }
    }

    @Test
    void tableThatDoesNotFitIsRefusedWithTheNeedAndTheLimit() {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(64 * MIB, 1)) {
            CompletableFuture<byte[]> key = keys.derive(ascii("a"), parameters(21, 8, 1), Priority.URGENT);
            ExecutionException failure = assertThrows(ExecutionException.class, key::get);
            ResourceLimit limit = assertInstanceOf(ResourceLimit.class, failure.getCause());
            assertEquals(128 * MIB, limit.needed());
            assertEquals(64 * MIB, limit.allowed());
            assertTrue(limit.getMessage().contains("" + 2048 * MIB), limit.getMessage());
        }
    }

    @Test
    void tooManyRequestsAreRefused() {
        try (KeyDerivation keys = ScheduledKeyDerivation.create(80 * MIB, 1)) {
            for (int i = 0; i < 4096; i++) {
                assertFalse(keys.derive(ascii("key " + i), ENDLESS, Priority.BACKGROUND).isDone());
            }
            CompletableFuture<byte[]> key = keys.derive(ascii("one more"), ENDLESS, Priority.URGENT);
            ExecutionException failure = assertThrows(ExecutionException.class, key::get);
            assertInstanceOf(ResourceLimit.class, failure.getCause());
        }
    }

    @Test
    void callbackMayCloseTheDerivation() throws Exception {
        ScheduledKeyDerivation keys = ScheduledKeyDerivation.create(64 * MIB, 1);
        keys.derive(ascii("a"), parameters(10, 8, 1), Priority.URGENT).thenRun(keys::close).get(60, TimeUnit.SECONDS);
        assertThrows(CancellationException.class, () -> keys.derive(ascii("a"), parameters(10, 8, 1), Priority.URGENT).join());
    }
}
