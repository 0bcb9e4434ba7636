// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The files that are not whole yet, so that they can be removed when the program is ended. Safe for many threads:
 * what has been removed cannot get its name any more.
 */
final class Temporaries {
    /** Guarded by this; each is removed by whoever takes it out. */
    private final Set<Temporary> all = new LinkedHashSet<>();
    private boolean ended;

    /** A name in a directory, which stays open for as long as this is registered. */
    record Temporary(int directory, String name) {}

    /** A system call. */
    interface Call {
        int run();
    }

    /** Makes {@code temporary} by {@code create}, and remembers it if that succeeds. */
    synchronized int create(Temporary temporary, Call create) throws TargetError {
        requireRunning();
        int result = create.run();
        if (result >= 0) {
            all.add(temporary);
        }
        return result;
    }

    /** Gives {@code temporary} its name by {@code rename}, and forgets it if that succeeds. */
    synchronized int publish(Temporary temporary, Call rename) throws TargetError {
        requireRunning();
        int result = rename.run();
        if (result >= 0) {
            all.remove(temporary);
        }
        return result;
    }

    /** Removes {@code temporary} if it is still there. */
    synchronized void remove(Temporary temporary) {
        if (all.remove(temporary)) {
            Posix.remove(temporary.directory(), temporary.name());
        }
    }

    /** Removes all; nothing is created or published afterwards. */
    synchronized void end() {
        ended = true;
        for (Temporary temporary : all) {
            Posix.remove(temporary.directory(), temporary.name());
        }
        all.clear();
    }

    private void requireRunning() throws TargetError {
        if (ended) {
            throw TargetError.interrupted();
        }
    }
}
