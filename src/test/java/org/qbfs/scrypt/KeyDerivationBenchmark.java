// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Seconds for one key on one core by Bouncy Castle and by us, alone and among 16, once all is compiled. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgsAppend = {"-Xmx5g", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KeyDerivationBenchmark {
    @Param({"14", "17", "20", "21"})
    private int logN;

    private ScryptParameters parameters;
    private KeyDerivation keys;

    @Setup
    public void open() {
        parameters = new ScryptParameters(logN, 8, 1, new byte[32]);
        keys = ScheduledKeyDerivation.create(0, 1);
    }

    @TearDown
    public void close() {
        keys.close();
    }

    @Benchmark
    public byte[] bouncyCastle() {
        return ReferenceKeys.derive(new byte[] {1}, parameters);
    }

    @Benchmark
    public byte[] oneKey() throws Exception {
        return keys.derive(new byte[] {1}, parameters, KeyDerivation.Priority.URGENT).get();
    }

    @Benchmark
    public List<byte[]> sixteenKeys() throws Exception {
        List<CompletableFuture<byte[]>> futures = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            futures.add(keys.derive(new byte[] {(byte) i}, parameters, KeyDerivation.Priority.SOON));
        }
        List<byte[]> derived = new ArrayList<>();
        for (CompletableFuture<byte[]> future : futures) {
            derived.add(future.get());
        }
        return derived;
    }
}
