// SPDX-License-Identifier: Apache-2.0
/**
 * The tree of files that a backup holds, and nothing about how it is shown: the mount, {@code ls} and
 * {@code cat} walk the same one. Immutable; what is not known yet is found out when it is asked for. May
 * import everything above it.
 */
package org.qbfs.tree;
