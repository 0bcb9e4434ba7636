// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * By what it is told, without reading, that a file has not been touched. The second time is set by the kernel with every
 * change, and by nobody else.
 *
 * @param modifiedNanos when its contents were changed, as anybody may set it, since 1970
 * @param changedNanos when anything of it was changed (ctime)
 */
record Stamp(long modifiedNanos, long changedNanos) {
    /** No file's. */
    static final Stamp NONE = new Stamp(Long.MIN_VALUE, Long.MIN_VALUE);

    /** What stamps files. */
    interface Source {
        /** The stamp of {@code file} now. */
        Stamp of(Path file) throws IOException;
    }

    /** That of {@code file}. */
    static Stamp of(Path file) throws IOException {
        Map<String, Object> times = Files.readAttributes(file, "unix:lastModifiedTime,ctime");
        return new Stamp(nanos(times.get("lastModifiedTime")), nanos(times.get("ctime")));
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }
}
