// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** Bytes that are there, but are not what they should be: damaged or altered. */
public final class CorruptData extends QbfsException {
    private static final long serialVersionUID = 1L;

    /** An error at {@code place}. */
    public CorruptData(String what, Place place) {
        this(what, place, null);
    }

    /** An error at {@code place}, with the exception that revealed it. */
    public CorruptData(String what, Place place, Throwable cause) {
        super(what, place, cause);
    }

    @Override
    public String advice() {
        return "Only what depends on the damaged bytes is lost; another copy of the backup may have them.";
    }

    @Override
    public CorruptData within(Place outer) {
        return new CorruptData(what(), place().within(outer), this);
    }
}
