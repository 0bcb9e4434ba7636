// SPDX-License-Identifier: Apache-2.0
/**
 * Compressed streams that can be read at any position. One {@link org.qbfs.compress.Codec} per format;
 * a decoded source makes a byte source of a compressed one. Imports {@code io},
 * {@code error} and the codec libraries.
 *
 * <p>A <em>checkpoint</em> is a place where decoding can start without what comes before it. A
 * <em>decoder</em> is a decoding in progress: forward only, used by one thread at a time.
 */
package org.qbfs.compress;
