// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

/** A MAC in progress over the bytes of one chunk. For one thread. */
interface Authentication {
    /** Adds {@code length} bytes from {@code offset} on. */
    void update(byte[] bytes, int offset, int length);

    /** Whether the MAC of all that was added is the expected one; ends the use of this. */
    boolean matches();
}
