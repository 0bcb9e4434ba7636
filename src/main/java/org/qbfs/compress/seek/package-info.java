// SPDX-License-Identifier: Apache-2.0
/**
 * A compressed stream as a {@link org.qbfs.io.ByteSource} of decoded bytes that can be read at any position:
 * {@link org.qbfs.compress.seek.DecodedSource}, with the blocks that it caches, the decoders that wait to go on, the
 * checkpoints that were found, read-ahead, and the sealed file that takes in what cannot be entered in the middle.
 *
 * <p>A <em>block</em> is the unit in which decoded bytes are cached. Knows no compression format: it imports
 * {@code codec}, {@code io}, {@code error} and Caffeine.
 */
package org.qbfs.compress.seek;
