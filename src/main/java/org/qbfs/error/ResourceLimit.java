// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

/** Something that the backup asks for and that this machine or its limits do not allow. */
public final class ResourceLimit extends QbfsException {
    private static final long serialVersionUID = 1L;

    private final long needed;
    private final long allowed;

    /** {@code what} needs {@code needed}, and {@code allowed} is the limit, in the same unit. */
    public ResourceLimit(String what, long needed, long allowed, Place place) {
        this(what, needed, allowed, place, null);
    }

    private ResourceLimit(String what, long needed, long allowed, Place place, Throwable cause) {
        super(what, place, cause);
        this.needed = needed;
        this.allowed = allowed;
    }

    /** How much is needed. */
    public long needed() {
        return needed;
    }

    /** How much is allowed. */
    public long allowed() {
        return allowed;
    }

    @Override
    public String advice() {
        return "Use a machine with more memory, or raise the limit if this one has it.";
    }

    @Override
    public ResourceLimit within(Place outer) {
        return new ResourceLimit(what(), needed, allowed, place().within(outer), this);
    }
}
