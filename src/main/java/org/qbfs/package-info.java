// SPDX-License-Identifier: Apache-2.0
/**
 * qbfs shows a Qubes OS backup as a read-only file system.
 *
 * <p>The program is a stack of read-only, random-access byte sources, from the file on disk to the file
 * the kernel asks for:
 *
 * <pre>
 * backup file → outer tar catalog → chunk (authenticated, decrypted) → stream (chunks joined)
 *   → seekable decompressor → inner tar entry → sparse file → tree → FUSE | ls | cat
 * </pre>
 *
 * <p>A package may import those above it in the list of {@code src/site/markdown/architecture.md}, never
 * below; a test enforces it.
 */
package org.qbfs;
