// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

import java.io.IOException;
import java.util.Objects;

/**
 * An error that names what is wrong, where, and what to do next. One subclass for each thing that the
 * user can do about it. Immutable: {@link #within} gives a copy that is seen from further outside.
 */
public abstract sealed class QbfsException extends IOException
        permits NotABackup, UnsupportedFormat, WrongPassphrase, CorruptData, TruncatedData, ResourceLimit {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final transient Place place;

    QbfsException(String what, Place place, Throwable cause) {
        super(Printable.of(place.isEmpty() ? what : place + ": " + what), cause);
        this.what = Objects.requireNonNull(what);
        this.place = place;
    }

    /** What is wrong, without the place. */
    public String what() {
        return what;
    }

    /** Where, the user's view first. */
    public Place place() {
        return place == null ? Place.NONE : place;
    }

    /** One line that says what the user can do next. */
    public abstract String advice();

    /** The same error, seen from {@code outer}; this one is its cause. */
    public abstract QbfsException within(Place outer);
}
