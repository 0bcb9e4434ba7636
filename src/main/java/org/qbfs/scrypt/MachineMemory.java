// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much memory there is for tables if nobody says. */
final class MachineMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final long KIB = 1024;

    private MachineMemory() {}

    /**
     * A quarter of the memory, and at most half of what is free. The JDK's figure is the limit of the
     * container (cgroup) where there is one.
     */
    static long defaultBudget() {
        var system = (com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        return budget(system.getTotalMemorySize(), available());
    }

    static long budget(long total, long available) {
        return Math.min(total / 4, available / 2);
    }

    /** MemAvailable of proc(5): what can be had without swapping. */
    private static long available() {
        try (Stream<String> lines = Files.lines(MEMINFO)) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst().orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
