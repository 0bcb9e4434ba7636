// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** Bytes that should be there, but are missing: the file was cut off or a part was lost. */
public final class TruncatedData extends QbfsException {
    private static final long serialVersionUID = 1L;

    /** An error at {@code place}. */
    public TruncatedData(String what, Place place) {
        this(what, place, null);
    }

    /** An error at {@code place}, with the exception that revealed it. */
    public TruncatedData(String what, Place place, Throwable cause) {
        super(what, place, cause);
    }

    @Override
    public String advice() {
        return "The copy is incomplete; copy the backup again, or read what is whole.";
    }

    @Override
    public TruncatedData within(Place outer) {
        return new TruncatedData(what(), place().within(outer), this);
    }
}
