// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.util.Optional;

/**
 * One thing that is wrong.
 *
 * @param kind what it means
 * @param vm the VM's directory in the tree; empty if it is nobody's
 * @param file the file of that VM; empty if it is no single one's
 * @param chunk the chunk's name without suffix; empty if it is no single one's
 * @param backupRange where the damage is, in the backup file
 * @param lost the bytes that cannot be read because of it
 * @param why what is wrong
 */
public record Finding(
        Kind kind,
        String vm,
        String file,
        String chunk,
        Optional<Range> backupRange,
        Optional<Lost> lost,
        String why) {
    /** What a finding means. */
    public enum Kind {
        /** Something is damaged, missing or more than it should be. */
        DAMAGE,
        /** Read wrong at first and right afterwards: the medium, its cable or memory is unstable. */
        UNSTABLE,
        /** It could not be checked: this program or this machine cannot read it. */
        UNCHECKED
    }

    /**
     * Bytes {@code [start, end)}.
     *
     * @param start the first byte
     * @param end the byte after the last
     */
    public record Range(long start, long end) {}

    /**
     * Bytes of a file that cannot be read.
     *
     * @param inside the path of the file in the archive of a directory; empty for an image
     * @param range from the first to the last lost byte; holes between them are not lost
     * @param bytes how many are lost
     */
    public record Lost(String inside, Range range, long bytes) {}

    /** Whether it is about {@code state}'s file. */
    boolean isOf(FileState state) {
        return vm.equals(state.vm()) && file.equals(state.file()) && !file.isEmpty();
    }

    /** The same with more about the reason. */
    Finding because(String more) {
        return more.isEmpty() ? this : new Finding(kind, vm, file, chunk, backupRange, lost, why + " (" + more + ")");
    }

    /** The same for the loss {@code other}. */
    Finding with(Lost other) {
        return new Finding(kind, vm, file, chunk, backupRange, Optional.of(other), why);
    }
}
