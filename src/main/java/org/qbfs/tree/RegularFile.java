// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import org.qbfs.io.ByteSource;

/**
 * A regular file.
 *
 * @param attributes what {@code stat} shows
 * @param contents its bytes, of the size that the attributes say; reading may cost key derivations and
 *     decompression
 */
public record RegularFile(Attributes attributes, ByteSource contents) implements Node {}
