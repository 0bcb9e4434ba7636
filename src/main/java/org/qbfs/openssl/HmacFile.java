// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/**
 * The text that {@code openssl dgst -hmac} prints, which a backup of version 2 or 3 keeps as
 * {@code <chunk>.hmac}. Depending on openssl's version and on how it got the file:
 *
 * <pre>
 * (stdin)= 1f…            HMAC-SHA512(name)= 1f…            SHA2-512(stdin)= 1f…
 * </pre>
 */
public final class HmacFile {
    /** The most that upstream reads (qubesadmin/backup/restore.py, HMAC_MAX_SIZE). */
    private static final int MAX_BYTES = 4096;
    /** SHA-512's, the longest there is. */
    private static final int MAX_MAC_BYTES = 64;

    private HmacFile() {}

    /**
     * The MAC: the hexadecimal digits after the last {@code =}.
     *
     * @param untrusted the file's content
     * @param name the file's name, for messages
     * @throws CorruptData if that is not what the file holds
     */
    public static byte[] parse(byte[] untrusted, String name) throws CorruptData {
        if (untrusted.length > MAX_BYTES) {
            throw new CorruptData(untrusted.length + " bytes are too many for a MAC", Place.of(name));
        }
        // Other bytes than ASCII become characters that are no hexadecimal digits.
        String text = new String(untrusted, StandardCharsets.ISO_8859_1);
        int equals = text.lastIndexOf('=');
        String hex = text.substring(equals + 1).strip();
        if (equals < 0 || hex.isEmpty() || hex.length() > 2 * MAX_MAC_BYTES || hex.length() % 2 != 0
                || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            throw new CorruptData("not the text that openssl dgst prints, which ends in = and hexadecimal digits",
                    Place.of(name, 0, untrusted.length));
        }
        return HexFormat.of().parseHex(hex);
    }
}
