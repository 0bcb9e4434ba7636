// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.qbfs.error.QbfsException;

/** Any bytes as a header of the scrypt utility, with the checksum that they have and with the right one. */
public final class ScryptHeaderFuzz {
    private ScryptHeaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws NoSuchAlgorithmException {
        parse(input);
        if (input.length >= 64) {
            byte[] repaired = input.clone();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(repaired, 0, 48);
            System.arraycopy(digest.digest(), 0, repaired, 48, 16);
            parse(repaired);
        }
    }

    private static void parse(byte[] header) {
        try {
            ScryptHeader parsed = ScryptHeader.parse(header, "fuzz");
            ScryptParameters parameters = parsed.parameters();
            if (parameters.tableBytes() <= 0 || parameters.rowBytes() <= 0) {
                throw new AssertionError(parameters.toString());
            }
            parsed.opensWith(new byte[ScryptHeader.KEY_LENGTH]);
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }
}
