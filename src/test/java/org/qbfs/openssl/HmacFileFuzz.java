// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.nio.charset.StandardCharsets;
import org.qbfs.error.QbfsException;

/** Any bytes as a MAC's file, and as the name of a digest. */
public final class HmacFileFuzz {
    private HmacFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            HmacFile.parse(input, "fuzz");
        } catch (QbfsException e) {
            // What damage may lead to.
        }
        String name = new String(input, StandardCharsets.ISO_8859_1);
        try {
            MacAlgorithm.named(name).newMac(input);
        } catch (QbfsException e) {
            // Most are no names.
        }
        try {
            EncCipher.named(name);
        } catch (QbfsException e) {
            // Most are no names.
        }
    }
}
