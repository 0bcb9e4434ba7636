// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.digests.WhirlpoolDigest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The MACs over digests that the JDK has not. A class of its own: the first use of Bouncy Castle has Java check the
 * signature of its archive, which takes a quarter of a second, and most backups need none of it.
 */
final class LightHmac {
    private LightHmac() {}

    /** Starts a MAC over the digest {@code name}, one of those that {@link MacAlgorithm} lists. */
    static Hmac start(String name, byte[] key) {
        HMac mac = new HMac(digest(name));
        mac.init(new KeyParameter(key));
        return new Hmac(mac::update, () -> {
            byte[] result = new byte[mac.getMacSize()];
            mac.doFinal(result, 0);
            return result;
        });
    }

    private static ExtendedDigest digest(String name) {
        return switch (name) {
            case "ripemd160" -> new RIPEMD160Digest();
            case "whirlpool" -> new WhirlpoolDigest();
            case "blake2b512" -> new Blake2bDigest(512);
            case "blake2s256" -> new Blake2sDigest(256);
            case "sm3" -> new SM3Digest();
            case "md4" -> new MD4Digest();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
