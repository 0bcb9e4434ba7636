// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/** Bytes as UTF-8 text, with a limit. */
final class Utf8 {
    private Utf8() {}

    /**
     * The text of {@code untrusted}, at most {@code maxBytes} of it.
     *
     * @param source the name of the file, for messages
     * @throws CorruptData if there is more, or it is not UTF-8
     */
    static String decode(byte[] untrusted, int maxBytes, String source) throws CorruptData {
        if (untrusted.length > maxBytes) {
            throw new CorruptData(untrusted.length + " bytes, and at most " + maxBytes + " are read", Place.of(source));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(untrusted))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CorruptData("not UTF-8 text", Place.of(source), e);
        }
    }

    /** The beginning of a text from the file, fit for a message. */
    static String shown(String untrusted) {
        String head = untrusted.substring(0, Math.min(untrusted.length(), 40));
        StringBuilder shown = new StringBuilder();
        head.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) || c > 0x7e ? '?' : c));
        return head.length() < untrusted.length() ? shown + "…" : shown.toString();
    }
}
