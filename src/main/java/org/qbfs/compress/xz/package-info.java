// SPDX-License-Identifier: Apache-2.0
/**
 * xz and lzma, decoded by XZ for Java, which stays in here. xz has checkpoints at the start of each of its blocks, by its own
 * index; lzma has none.
 */
package org.qbfs.compress.xz;
