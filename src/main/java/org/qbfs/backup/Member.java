// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

/**
 * One file of the outer tar. Offsets are in the backup file.
 *
 * @param name its path; hostile
 * @param headerOffset where the first of its headers begins
 * @param dataOffset where its bytes begin
 * @param size how many its header promises
 * @param complete whether the backup file holds them all
 */
public record Member(String name, long headerOffset, long dataOffset, long size, boolean complete) {
    /** The offset behind its bytes. */
    public long end() {
        return dataOffset + size;
    }
}
