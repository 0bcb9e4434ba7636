// SPDX-License-Identifier: Apache-2.0
/**
 * The only place that stacks the layers: a backup file and a passphrase in, one byte source for each file of
 * a VM out. Formats differ in how a stack is built, and there is one builder for each format version. May
 * import everything above it.
 *
 * <p>An <em>archive</em> is the inner tar of a file group: usually one image, sometimes a directory.
 */
package org.qbfs.volume;
