// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The HMAC-SHA-256 of one file of the scrypt format, fed piece by piece. For one thread, and for one file.
 *
 * <p>Large pieces are split before they reach the JDK's digest: its fast form is compiled after some number
 * of <em>calls</em>, so that a process that lives for seconds would see it late if it made few large ones.
 */
public final class ChunkMac {
    /** Small enough to be compiled early, large enough to cost nothing later; see scripts/bench/kdf-first-use. */
    private static final int PIECE = 1 << 10;
    private static final int HMAC_KEY_START = 32;

    private final Mac mac;

    private ChunkMac(Mac mac) {
        this.mac = mac;
    }

    /** A MAC under the last 32 bytes of a derived key of {@value ScryptHeader#KEY_LENGTH} bytes. */
    public static ChunkMac of(byte[] derivedKey) {
        Objects.checkFromToIndex(ScryptHeader.KEY_LENGTH, derivedKey.length, ScryptHeader.KEY_LENGTH);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(derivedKey, HMAC_KEY_START, derivedKey.length - HMAC_KEY_START, "HmacSHA256"));
            return new ChunkMac(mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    /** Adds {@code length} bytes from {@code offset} on. */
    public void update(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0; done < length; done += PIECE) {
            mac.update(bytes, offset + done, Math.min(PIECE, length - done));
        }
    }

    /** Whether the MAC of all that was added is {@code expected}, compared in constant time. Ends the use of this. */
    public boolean matches(byte[] expected) {
        return MessageDigest.isEqual(mac.doFinal(), expected);
    }
}
