// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names in archives are bytes; most are UTF-8. */
final class TarName {
    private TarName() {}

    /** {@code bytes} as UTF-8, or as Latin-1 where they are not, so that no two names become one. */
    static String decode(byte[] bytes, int offset, int length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length)).toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** A field of a header: up to {@code length} bytes, ended by NUL. */
    static String field(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return decode(header, offset, end - offset);
    }
}
