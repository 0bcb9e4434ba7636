// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacAlgorithmIT {
    /** No digests of a fixed length, or two digests side by side: nothing that was ever an hmac-algorithm. */
    private static final Set<String> NOT_FOR_HMAC = Set.of("shake128", "shake256", "md5-sha1");

    @Test
    void everyDigestOfTheToolGivesItsMac(@TempDir Path dir) throws Exception {
        OpenSsl openssl = new OpenSsl(dir);
        List<String> digests = openssl.list("dgst", "-list");
        assertTrue(digests.containsAll(List.of("sha1", "sha512", "md5", "ripemd160", "blake2b512")), digests.toString());
        byte[] text = new byte[100_001];
        new Random(1).nextBytes(text);
        for (String digest : digests) {
            if (!NOT_FOR_HMAC.contains(digest)) {
                for (String key : List.of("", "qubes", "pass phräse", "a long one ".repeat(20))) {
                    byte[] printed = openssl.run(text, "dgst", "-" + digest, "-hmac", key);
                    Hmac mac = MacAlgorithm.named(digest).newMac(key.getBytes(StandardCharsets.UTF_8));
                    mac.update(text, 0, 7);
                    mac.update(text, 7, text.length - 7);
                    assertArrayEquals(HmacFile.parse(printed, "hmac"), mac.finish(), digest + " '" + key + "'");
                }
            }
        }
    }
}
