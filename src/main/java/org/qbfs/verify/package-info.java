// SPDX-License-Identifier: Apache-2.0
/**
 * Reads all of a backup and tells what is wrong with it. Knows no command line. May import {@code tree},
 * {@code volume} and what is above them.
 *
 * <p>A <em>finding</em> is one thing that is wrong. What a file lost is given in its own bytes: those of the image.
 */
package org.qbfs.verify;
