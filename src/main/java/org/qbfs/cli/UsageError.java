// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;

/** Something about the call that is wrong, found after the command line was parsed. */
final class UsageError extends IOException {
    private static final long serialVersionUID = 1L;

    UsageError(String message) {
        super(message);
    }
}
