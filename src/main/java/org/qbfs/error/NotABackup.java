// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** The file is not a Qubes backup. */
public final class NotABackup extends QbfsException {
    private static final long serialVersionUID = 1L;

    /** An error at {@code place}. */
    public NotABackup(String what, Place place) {
        this(what, place, null);
    }

    /** An error at {@code place}, with the exception that revealed it. */
    public NotABackup(String what, Place place, Throwable cause) {
        super(what, place, cause);
    }

    @Override
    public String advice() {
        return "Is this the file that the Qubes backup tool wrote? It begins with a member named backup-header.";
    }

    @Override
    public NotABackup within(Place outer) {
        return new NotABackup(what(), place().within(outer), this);
    }
}
