// SPDX-License-Identifier: Apache-2.0
/**
 * bzip2, one stream or many joined. Checkpoints lie at the start of each block, and several blocks are decoded at once.
 */
package org.qbfs.compress.bzip2;
