// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;

/**
 * Bytes {@code [start, end)} of a file that cannot be read.
 *
 * @param start the first byte
 * @param end the byte after the last
 * @param why what reading them gave
 */
public record LostRange(long start, long end, IOException why) {}
