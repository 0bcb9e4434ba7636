// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

/**
 * Where the rows of one lane are: every {@code stride}-th of its N rows, and behind them two more places for
 * the lane itself. Immutable.
 *
 * <p>A stride above 1 trades time for memory: a row that is not stored is computed from the one before it
 * that is. With a stride k a lane mixes N * (3 + k) / 2 rows instead of 2 * N.
 */
final class Table {
    /** Beyond this the time that is lost is out of proportion: 19/4 of the least there is. */
    static final int MAX_STRIDE = 16;
    /** Places of a table beyond its rows: {@link #resumeOffset} and {@link #parkOffset}. */
    private static final int EXTRA_ROWS = 2;

    private final int[] pages;
    private final long pageBytes;
    private final int rowsPerPage;
    private final int rowBytes;
    private final long rows;
    private final int stride;

    /** A table of {@code rows} rows, N / stride rounded up, in {@code pages} of the table memory. */
    Table(int[] pages, int pageBytes, ScryptParameters parameters, int stride) {
        this.pages = pages;
        this.pageBytes = pageBytes;
        this.rowBytes = parameters.rowBytes();
        this.rowsPerPage = pageBytes / rowBytes;
        this.rows = storedRows(parameters, stride);
        this.stride = stride;
    }

    /** How many pages a table takes; {@link Long#MAX_VALUE} if a row is larger than a page. */
    static long pagesNeeded(ScryptParameters parameters, int stride, int pageBytes) {
        int rowsPerPage = pageBytes / parameters.rowBytes();
        return rowsPerPage == 0 ? Long.MAX_VALUE
                : Math.ceilDiv(storedRows(parameters, stride) + EXTRA_ROWS, (long) rowsPerPage);
    }

    private static long storedRows(ScryptParameters parameters, int stride) {
        return Math.ceilDiv(1L << parameters.logN(), (long) stride);
    }

    int[] pages() {
        return pages;
    }

    int stride() {
        return stride;
    }

    /** The offset in the table memory of row {@code stored * stride}. */
    long offset(long stored) {
        return pages[pageIndex(stored)] * pageBytes + stored % rowsPerPage * rowBytes;
    }

    /** The index in {@link #pages} of the page that has row {@code stored * stride}. */
    int pageIndex(long stored) {
        return (int) (stored / rowsPerPage);
    }

    /** Where a lane waits while a row that is not stored is computed. */
    long resumeOffset() {
        return offset(rows);
    }

    /** Where a lane is kept while no worker has it. */
    long parkOffset() {
        return offset(rows + 1);
    }
}
