// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** The passphrase does not open the backup, or its header was altered: the two cannot be told apart. */
public final class WrongPassphrase extends QbfsException {
    private static final long serialVersionUID = 1L;

    /** An error at {@code place}. */
    public WrongPassphrase(String what, Place place) {
        this(what, place, null);
    }

    /** An error at {@code place}, with the exception that revealed it. */
    public WrongPassphrase(String what, Place place, Throwable cause) {
        super(what, place, cause);
    }

    @Override
    public String advice() {
        return "Check the passphrase (keyboard layout, Caps Lock); if it is right, the backup's header is damaged.";
    }

    @Override
    public WrongPassphrase within(Place outer) {
        return new WrongPassphrase(what(), place().within(outer), this);
    }
}
