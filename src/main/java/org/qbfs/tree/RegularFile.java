// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.qbfs.io.ByteSource;
import org.qbfs.sparse.SparseMap;

/**
 * A regular file.
 *
 * @param attributes what {@code stat} shows
 * @param contents its bytes, of the size that the attributes say; reading may cost key derivations and
 *     decompression
 * @param sparse which ranges hold data, if the file is stored with holes; reading a hole costs nothing
 * @param inferredFrom tells, once something behind a lost part was read that was salvaged, from where on the positions of the
 *     bytes are inferred, up to the end
 */
public record RegularFile(Attributes attributes, ByteSource contents, Optional<SparseMap> sparse,
        Supplier<OptionalLong> inferredFrom) implements Node {}
