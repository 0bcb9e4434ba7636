// SPDX-License-Identifier: Apache-2.0
/**
 * The errors that a person can act on, and the place each one carries. Imports the JDK only.
 *
 * <p>A <em>place</em> is a source (a file, a chunk, an image) and a byte range in it, seen from the user
 * inwards: image, then chunk, then backup file.
 */
package org.qbfs.error;
