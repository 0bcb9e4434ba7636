// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.qbfs.error.Printable;
import org.qbfs.error.QbfsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what went wrong in a callback, once: a program that meets a bad range reads it again and again.
 * Safe for many threads.
 */
final class ErrorLog {
    private static final Logger LOG = LoggerFactory.getLogger("qbfs");
    private static final int REMEMBERED = 1000;

    private final Cache<String, Boolean> logged = Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    void log(String operation, String untrustedPath, Throwable error) {
        String path = Printable.of(untrustedPath);
        // The innermost place is the same for all reads that the same damage fails.
        String cause = error instanceof QbfsException damage && !damage.place().isEmpty()
                ? damage.place().ranges().getLast() + damage.what()
                : String.valueOf(error);
        if (logged.asMap().putIfAbsent(path + " " + cause, true) != null) {
            return;
        }
        if (error instanceof QbfsException) {
            // Most places begin with the path already.
            String message = error.getMessage();
            LOG.error("{} {}", operation, message.startsWith(path) ? message : path + ": " + message);
            LOG.debug("Where it was found", error);
        } else {
            LOG.error("{} {} failed", operation, path, error);
        }
    }
}
