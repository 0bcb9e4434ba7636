// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

/**
 * What is known about one file of the backup.
 *
 * @param vm the VM's directory in the tree; empty for what is the backup's own
 * @param file its path below that
 * @param chunks how many chunks it should have, as far as their numbers tell
 * @param chunksRead how many of them were authenticated, or found to be damaged
 * @param state what was found
 */
public record FileState(String vm, String file, int chunks, int chunksRead, State state) {
    /** The same, with something wrong. */
    FileState damaged() {
        return new FileState(vm, file, chunks, chunksRead, State.DAMAGED);
    }

    /** What was found about a file. */
    public enum State {
        /** All chunks are authentic, and all of its bytes were decoded and fit together. */
        OK,
        /** As OK, but a chunk had to be read twice. */
        UNSTABLE,
        /** Something is wrong. */
        DAMAGED,
        /** It is of a kind that cannot be read here. */
        UNCHECKED,
        /** Nothing was found up to now, and not all was read. */
        NOT_READ
    }
}
