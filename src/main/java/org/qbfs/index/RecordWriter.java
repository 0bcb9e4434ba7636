// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds a compact record of numbers and texts. Not safe for threads. */
public final class RecordWriter {
    private static final int MORE = 0x80;
    private static final int BITS = 7;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private String lastText = "";

    /** Appends one byte. */
    public RecordWriter octet(int value) {
        out.write(value);
        return this;
    }

    /** Appends a number: seven bits in a byte, the lowest first; a negative one takes ten bytes. */
    public RecordWriter number(long value) {
        long left = value;
        for (; (left & -MORE) != 0; left >>>= BITS) {
            out.write((int) left & MORE - 1 | MORE);
        }
        out.write((int) left);
        return this;
    }

    /** Appends {@code bytes}; the reader must know how many they are. */
    public RecordWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Appends a text. What it has in common with the start of the one before it is not repeated. */
    public RecordWriter text(String text) {
        int same = 0;
        while (same < Math.min(text.length(), lastText.length()) && text.charAt(same) == lastText.charAt(same)) {
            same++;
        }
        if (same > 0 && Character.isHighSurrogate(text.charAt(same - 1))) {
            same--;
        }
        byte[] rest = text.substring(same).getBytes(StandardCharsets.UTF_8);
        lastText = text;
        return number(same).number(rest.length).bytes(rest);
    }

    /** How many bytes the record has. */
    public int size() {
        return out.size();
    }

    /** The record. */
    public byte[] record() {
        return out.toByteArray();
    }
}
