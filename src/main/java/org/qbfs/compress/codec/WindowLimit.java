// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

import org.qbfs.error.Place;
import org.qbfs.error.ResourceLimit;

/** How large a window (dictionary) a stream may ask for: a quarter of the heap. */
public final class WindowLimit {
    /** A heap of less than 1 GiB still reads what the tools write by default at their highest levels. */
    private static final long LEAST = 256L << 20;

    private WindowLimit() {}

    public static long bytes() {
        return Math.max(LEAST, Runtime.getRuntime().maxMemory() / 4);
    }

    public static void check(long needed, Place place) throws ResourceLimit {
        if (needed > bytes()) {
            throw new ResourceLimit("the compressed stream wants a window of " + needed + " bytes, and "
                    + bytes() + " are allowed", needed, bytes(), place);
        }
    }
}
