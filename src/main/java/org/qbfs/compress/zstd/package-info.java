// SPDX-License-Identifier: Apache-2.0
/**
 * Zstandard (RFC 8878). Checkpoints lie between any two blocks.
 */
package org.qbfs.compress.zstd;
