// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Derives the keys of scrypt files once, in a process that has done nothing else: what a user waits for.
 * Run by scripts/bench/kdf as {@code DeriveChunksBenchmark WORKERS BUDGET ROUNDS PRIORITY FILE...}, with the
 * passphrase in the environment. Prints for each round the seconds that it took and those of CPU time, then both
 * for the whole process, and its peak memory.
 */
final class DeriveChunksBenchmark {
    private DeriveChunksBenchmark() {}

    public static void main(String[] args) throws Exception {
        byte[] passphrase = System.getenv("KDF_PASSPHRASE").getBytes(StandardCharsets.UTF_8);
        KeyDerivation.Priority priority = KeyDerivation.Priority.valueOf(args[3]);
        List<ScryptHeader> headers = new ArrayList<>();
        for (int i = 4; i < args.length; i++) {
            headers.add(ScryptHeader.parse(Files.readAllBytes(Path.of(args[i])), args[i]));
        }
        try (KeyDerivation keys = ScheduledKeyDerivation.create(Long.parseLong(args[1]), Integer.parseInt(args[0]))) {
            for (int round = 0; round < Integer.parseInt(args[2]); round++) {
                long start = System.nanoTime();
                long startCpu = cpuNanos();
                List<CompletableFuture<byte[]>> futures = new ArrayList<>();
                for (ScryptHeader header : headers) {
                    futures.add(keys.derive(passphrase, header.parameters(), priority));
                }
                for (int i = 0; i < headers.size(); i++) {
                    if (!headers.get(i).opensWith(futures.get(i).get())) {
                        throw new IllegalStateException("wrong key for " + args[4 + i]);
                    }
                }
                System.out.printf("%.3f%n%.3f%n", (System.nanoTime() - start) / 1e9, (cpuNanos() - startCpu) / 1e9);
            }
        }
        System.out.printf("up %.3f%n%.3f%n", ManagementFactory.getRuntimeMXBean().getUptime() / 1e3, cpuNanos() / 1e9);
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            status.filter(line -> line.startsWith("VmHWM")).forEach(System.out::println);
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
