// SPDX-License-Identifier: Apache-2.0
/**
 * The read contract {@link org.qbfs.io.ByteSource} and the sources that know no format: file, memory,
 * slice. Imports {@code error} and the JDK only.
 */
package org.qbfs.io;
