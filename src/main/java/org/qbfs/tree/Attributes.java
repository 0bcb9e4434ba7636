// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.time.Instant;

/**
 * What {@code stat} shows of a node, besides its owner.
 *
 * @param inode a number of its own in this tree
 * @param permissions permission bits, masked to reading and searching
 * @param size bytes
 * @param allocated bytes that are stored, holes left out
 * @param modified modification time
 * @param links how many names it has
 */
public record Attributes(long inode, int permissions, long size, long allocated, Instant modified, int links) {}
