// SPDX-License-Identifier: Apache-2.0
/**
 * Sparse files: which ranges hold data, and a source that shows the full size. Imports {@code io} and
 * {@code error}.
 *
 * <p><em>Data</em> is what is stored; a <em>hole</em> reads as zeros and is stored nowhere.
 */
package org.qbfs.sparse;
