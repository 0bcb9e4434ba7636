// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

/** What is done when the process is ended by a signal while a command runs. */
final class Interruption {
    private Interruption() {}

    /**
     * Takes back {@code hook} once its command is done.
     *
     * @return false if the process is being ended already, so that the hook runs
     */
    static boolean remove(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
