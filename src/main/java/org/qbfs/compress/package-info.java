// SPDX-License-Identifier: Apache-2.0
/**
 * Compressed streams that can be read at any position. {@link org.qbfs.compress.Codecs} says which format a stream has;
 * each format has a package of its own, which knows none of the others; what they have in common is in {@code codec}, and
 * what makes a seekable source of any of them in {@code seek}.
 *
 * <pre>
 * format     decoder       checkpoints
 * gzip, zlib ours          between any two symbols: the block's codes, and what is used of 32 KiB
 * zstd       ours          between any two blocks: tables, offsets, and what is used of the window
 * bzip2      ours          at the start of each block: nothing
 * lz4        ours          at the start of each block: nothing, or up to 64 KiB
 * xz         XZ for Java   at the start of each block: nothing; the index tells of all
 * lzma       XZ for Java   none; spilled to disk
 * </pre>
 *
 * <p>Decoders of our own are here where a library cannot say where a block ends or start in the middle. They
 * are held to the tools' own output, and to the libraries that do the same from the start.
 */
package org.qbfs.compress;
