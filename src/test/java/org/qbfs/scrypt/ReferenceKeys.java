// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.generators.SCrypt;

/** What Bouncy Castle derives. */
final class ReferenceKeys {
    private ReferenceKeys() {}

    static byte[] derive(byte[] passphrase, ScryptParameters parameters) {
        return SCrypt.generate(passphrase, parameters.salt(), 1 << parameters.logN(), parameters.r(), parameters.p(), 64);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
