// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;

class CodecsTest {
    private static byte[] head(int... bytes) {
        byte[] head = new byte[Codecs.HEAD];
        for (int i = 0; i < bytes.length; i++) {
            head[i] = (byte) bytes[i];
        }
        return head;
    }

    private static String detected(String hint, int... magic) throws IOException {
        return Codecs.detect(head(magic), hint, "stream").name();
    }

    @Test
    void magicWinsOverTheHeader() throws Exception {
        for (String hint : new String[] {null, "", "gzip", "zstd -19", "unheard-of"}) {
            assertEquals("gzip", detected(hint, 0x1f, 0x8b, 8));
            assertEquals("bzip2", detected(hint, 'B', 'Z', 'h', '9'));
            assertEquals("xz", detected(hint, 0xfd, '7', 'z', 'X', 'Z', 0));
            assertEquals("zstd", detected(hint, 0x28, 0xb5, 0x2f, 0xfd));
            assertEquals("zstd", detected(hint, 0x5e, 0x2a, 0x4d, 0x18));
            assertEquals("lz4", detected(hint, 0x04, 0x22, 0x4d, 0x18));
        }
    }

    @Test
    void headerIsTheHintWhereThereIsNoMagic() throws Exception {
        assertEquals("lzma", detected("lzma -9", 0x5d, 0, 0, 0x80));
        assertEquals("gzip", Codecs.detect(new byte[0], "gzip", "stream").name());
        assertThrows(UnsupportedFormat.class, () -> detected(null, 1, 2, 3));
        assertThrows(TruncatedData.class, () -> Codecs.detect(new byte[0], null, "stream"));
        // Not a magic: the level is missing.
        assertThrows(UnsupportedFormat.class, () -> detected(null, 'B', 'Z', 'h', 'x'));
    }

    @Test
    void namesWithOptionsAndPathsAreUnderstood() throws Exception {
        assertEquals("gzip", Codecs.named("gzip -3", "stream").name());
        assertEquals("gzip", Codecs.named(" /usr/bin/pigz  -p 4 ", "stream").name());
        assertEquals("bzip2", Codecs.named("pbzip2", "stream").name());
        assertEquals("zstd", Codecs.named("zstdmt --ultra -22", "stream").name());
        assertEquals("xz", Codecs.named("XZ -T0", "stream").name());
        assertEquals("none", Codecs.named("none", "stream").name());
        assertEquals("zlib", Codecs.named("zlib", "stream").name());
    }

    @Test
    void unknownNameIsRefusedWithAListOfTheKnown() {
        for (String name : new String[] {"brotli", "", "gzipx", "sh -c evil"}) {
            UnsupportedFormat error = assertThrows(UnsupportedFormat.class, () -> Codecs.named(name, "vm1/private.img"));
            assertTrue(error.getMessage().contains("'" + name + "'") && error.getMessage().contains("zstd"),
                    error.getMessage());
        }
    }
}
