// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import org.qbfs.error.Place;

/**
 * Something in the backup that is not as it should be, and that did not stop us.
 *
 * @param what what is wrong
 * @param place where
 */
public record Problem(String what, Place place) {
    @Override
    public String toString() {
        return place + ": " + what;
    }
}
