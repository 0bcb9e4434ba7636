// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** The file is a Qubes backup, but of a kind that this program does not read. */
public final class UnsupportedFormat extends QbfsException {
    private static final long serialVersionUID = 1L;

    /** An error at {@code place}. */
    public UnsupportedFormat(String what, Place place) {
        this(what, place, null);
    }

    /** An error at {@code place}, with the exception that revealed it. */
    public UnsupportedFormat(String what, Place place, Throwable cause) {
        super(what, place, cause);
    }

    @Override
    public String advice() {
        return "The backup may be sound: a newer qbfs, or the tools of that Qubes release, may read it.";
    }

    @Override
    public UnsupportedFormat within(Place outer) {
        return new UnsupportedFormat(what(), place().within(outer), this);
    }
}
