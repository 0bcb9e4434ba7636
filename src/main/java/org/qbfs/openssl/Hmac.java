// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An HMAC (RFC 2104) in progress. For one thread at a time, and for one MAC. */
public final class Hmac {
    /**
     * Longer updates are cut to this: the JDK's loop over the blocks of one call reaches its compiled form only
     * when it is called again and again.
     */
    private static final int LONGEST_UPDATE = 1 << 16;

    private final Update update;
    private final Finish finish;

    Hmac(Update update, Finish finish) {
        this.update = update;
        this.finish = finish;
    }

    /** One of the JDK's. */
    static Hmac ofJdk(String jdkName, byte[] key) {
        try {
            Mac mac = Mac.getInstance(jdkName);
            // The JDK refuses an empty key. A shorter key is filled up with zeros (RFC 2104, section 2), so
            // that one zero byte gives the same MAC.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, jdkName));
            return new Hmac(mac::update, mac::doFinal);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + jdkName, e);
        }
    }

    /** Takes the next {@code length} bytes from {@code offset} on. */
    public void update(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0; done < length; done += LONGEST_UPDATE) {
            update.accept(bytes, offset + done, Math.min(LONGEST_UPDATE, length - done));
        }
    }

    /** The MAC of all bytes taken. To be called once, at the end. */
    public byte[] finish() {
        return finish.get();
    }

    interface Update {
        void accept(byte[] bytes, int offset, int length);
    }

    interface Finish {
        byte[] get();
    }
}
