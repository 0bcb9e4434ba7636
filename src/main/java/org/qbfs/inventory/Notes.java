// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import org.qbfs.error.CorruptData;

/** A VM's {@code notes.txt}: what its user wrote about it (since Qubes 4.2). */
public final class Notes {
    /** Upstream takes 256,000 (qubes-core-admin {@code qubes/api/admin.py}, {@code vm_notes_set}, at 1ad5f9b8). */
    private static final int MAX_BYTES = 1 << 20;

    private Notes() {}

    /**
     * The text, as it was written: it may hold control characters, which a terminal should not get.
     *
     * @throws CorruptData if it is not UTF-8, or longer than 1 MiB
     */
    public static String parse(byte[] untrusted) throws CorruptData {
        return Utf8.decode(untrusted, MAX_BYTES, "notes.txt");
    }
}
