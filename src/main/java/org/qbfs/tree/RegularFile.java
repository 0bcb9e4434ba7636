// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.util.Optional;
import org.qbfs.io.ByteSource;
import org.qbfs.sparse.SparseMap;

/**
 * A regular file.
 *
 * @param attributes what {@code stat} shows
 * @param contents its bytes, of the size that the attributes say; reading may cost key derivations and
 *     decompression
 * @param sparse which ranges hold data, if the file is stored with holes; reading a hole costs nothing
 */
public record RegularFile(Attributes attributes, ByteSource contents, Optional<SparseMap> sparse) implements Node {}
