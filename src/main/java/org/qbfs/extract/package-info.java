// SPDX-License-Identifier: Apache-2.0
/**
 * Copies files out of the tree of a backup: sparse, with times and links, under their names only when whole, and never
 * outside the target directory. Knows no command line. May import {@code tree}, {@code volume} and what is above them.
 *
 * <p>The <em>target</em> is the directory that is written to.
 */
package org.qbfs.extract;
