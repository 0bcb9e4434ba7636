// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.Objects;

/**
 * The VM that gives another one its network. Its text is what upstream's restore summary shows:
 * {@code (default)}, {@code -} or the name (qubes-core-admin-client {@code qubesadmin/backup/restore.py},
 * {@code get_restore_summary}, at 02bc30a).
 *
 * @param kind which of the three it is
 * @param name the name, empty unless it is {@link Kind#NAMED}
 */
public record Netvm(Kind kind, String name) {
    /** The system's default. */
    public static final Netvm DEFAULT = new Netvm(Kind.DEFAULT, "");
    /** No network. */
    public static final Netvm NONE = new Netvm(Kind.NONE, "");

    /** The three cases. */
    public enum Kind {
        /** Whatever the system's default is. */
        DEFAULT,
        /** No network. */
        NONE,
        /** A VM of that name. */
        NAMED
    }

    /** Checks its parts. */
    public Netvm {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(name);
    }

    /** The VM called {@code name}. */
    public static Netvm named(String name) {
        return new Netvm(Kind.NAMED, name);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case DEFAULT -> "(default)";
            case NONE -> "-";
            case NAMED -> name;
        };
    }
}
