// SPDX-License-Identifier: Apache-2.0
/**
 * The frame format of LZ4, and its legacy form. Checkpoints lie at the start of each block.
 */
package org.qbfs.compress.lz4;
