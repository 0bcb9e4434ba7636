// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

/** Keeps the memory of this process, which holds passphrases and keys, from being written to a file. */
public final class ProcessSecrets {
    private ProcessSecrets() {}

    /**
     * Asks the kernel for no core dump of this process, and for no access to its memory by other processes
     * of the same user (prctl(2), PR_SET_DUMPABLE). Files under /proc for this process then belong to root.
     *
     * @return whether it was done; {@code false} where the platform has no such call
     */
    public static boolean disableCoreDumps() {
        return System.getProperty("os.name").equals("Linux") && Posix.setUndumpable();
    }
}
