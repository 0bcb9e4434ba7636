// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A value that is found out when it is first asked for, and then kept; a failure is not kept. Safe for
 * many threads: those who ask for the same value wait for one load.
 */
public final class Lazy<T> {
    private final Load<T> load;
    /** Guards the load; held for as long as it takes, which only those wait for who need this value. */
    private final ReentrantLock loading = new ReentrantLock();
    private volatile T value;

    /** A way to find out a value. */
    public interface Load<T> {
        /** The value; never null. */
        T load() throws IOException;
    }

    /** A value that {@code load} finds out. */
    public Lazy(Load<T> load) {
        this.load = load;
    }

    /** A value that is known. */
    public static <T> Lazy<T> of(T value) {
        Lazy<T> lazy = new Lazy<>(() -> value);
        lazy.value = value;
        return lazy;
    }

    /** The value. May take as long as finding it out takes. */
    public T get() throws IOException {
        T known = value;
        if (known != null) {
            return known;
        }
        loading.lock();
        try {
            if (value == null) {
                value = load.load();
            }
            return value;
        } finally {
            loading.unlock();
        }
    }
}
