// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.WrongPassphrase;

/** How the program ends. Scripts rely on these numbers. */
enum ExitCode {
    /** All done. */
    OK(0),
    /** It could not be done. */
    FAILURE(1),
    /** The command line is wrong. */
    USAGE(2),
    /** The passphrase is wrong, or the header's MAC does not verify. */
    WRONG_PASSPHRASE(3),
    /** Damage was found. */
    DAMAGE(4);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The one that a command ends with that met both: damage tells more than another failure. */
    ExitCode worse(ExitCode other) {
        return ordinal() > other.ordinal() ? this : other;
    }

    static ExitCode of(Throwable error) {
        return switch (error) {
            case UsageError usage -> USAGE;
            case WrongPassphrase wrong -> WRONG_PASSPHRASE;
            case CorruptData damage -> DAMAGE;
            case TruncatedData damage -> DAMAGE;
            default -> FAILURE;
        };
    }
}
