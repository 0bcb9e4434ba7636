// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

/**
 * A symbolic link.
 *
 * @param attributes what {@code stat} shows
 * @param target where it points, as archived; it may lead nowhere, or out of the mount
 */
public record SymbolicLink(Attributes attributes, String target) implements Node {}
