// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import org.qbfs.error.QbfsException;

/** Any bytes as a backup header. */
public final class BackupHeaderFuzz {
    private BackupHeaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            BackupHeader.parse(input);
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }
}
