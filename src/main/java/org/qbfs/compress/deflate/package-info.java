// SPDX-License-Identifier: Apache-2.0
/**
 * Deflate (RFC 1951) and its two wrappers: gzip (RFC 1952) and zlib (RFC 1950). Checkpoints lie between any two symbols.
 * {@link org.qbfs.compress.deflate.GzipTail} finds the place behind a loss where a gzip stream can be decoded again.
 */
package org.qbfs.compress.deflate;
