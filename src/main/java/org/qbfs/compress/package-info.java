// SPDX-License-Identifier: Apache-2.0
/**
 * Compressed streams that can be read at any position. One {@link org.qbfs.compress.Codec} per format;
 * {@link org.qbfs.compress.DecodedSource} makes a byte source of a compressed one. Imports {@code io},
 * {@code error}, Caffeine (the block cache) and XZ for Java (what is in a block of xz, and lzma).
 *
 * <p>A <em>checkpoint</em> is a place where decoding can start without what comes before it. A
 * <em>decoder</em> is a decoding in progress: forward only, used by one thread at a time. A <em>block</em>
 * is the unit in which decoded bytes are cached, unless a format's own blocks are meant. The <em>window</em>
 * is the decoded bytes that a format may refer back to.
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
 * <p>Behind a loss, only what has checkpoints that need nothing from before it goes on by itself. {@link org.qbfs.compress.GzipTail}
 * finds a place where gzip does.
 *
 * <p>Decoders of our own are here where a library cannot say where a block ends or start in the middle. They
 * are held to the tools' own output, and to the libraries that do the same from the start.
 */
package org.qbfs.compress;
