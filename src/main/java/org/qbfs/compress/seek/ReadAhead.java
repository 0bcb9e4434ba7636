// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * How far and on which threads decoding runs ahead of a reader that goes forward. The executor may be
 * shared by all sources; as many segments are decoded at once as it has threads. A task never waits
 * for another one that has not begun.
 *
 * @param executor runs the decoding; one that refuses a task turns read-ahead off for that read
 * @param maxBytes how far ahead of one reader, in decoded bytes; 0 turns read-ahead off
 */
public record ReadAhead(Executor executor, long maxBytes) {
    /** No read-ahead: all decoding is done by the thread that reads. */
    public static final ReadAhead NONE = new ReadAhead(Runnable::run, 0);

    /** Checks its arguments. */
    public ReadAhead {
        Objects.requireNonNull(executor);
        if (maxBytes < 0) {
            throw new IllegalArgumentException("read-ahead of " + maxBytes + " bytes");
        }
    }
}
