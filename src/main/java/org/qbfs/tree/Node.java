// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

/** A file, directory or symbolic link of the tree. Immutable. */
public sealed interface Node permits Directory, RegularFile, SymbolicLink {
    /** What {@code stat} shows. */
    Attributes attributes();
}
