// SPDX-License-Identifier: Apache-2.0
/**
 * Tar headers into entries: name, type, where the data lies, real size, sparse map. Imports {@code
 * sparse}, {@code io}, {@code error} and the field parsers of Commons Compress.
 *
 * <p>An <em>entry</em> is one file of an archive; a <em>header</em> is the 512-byte block that begins it; a
 * <em>block</em> is 512 bytes.
 */
package org.qbfs.tar;
