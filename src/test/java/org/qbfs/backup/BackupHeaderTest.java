// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.error.UnsupportedFormat;

class BackupHeaderTest {
    private static final String V4 = "version=4\nhmac-algorithm=scrypt\nencrypted=True\ncompressed=True\n"
            + "compression-filter=gzip\nbackup-id=20260101T000000-1\n";
    private static final String V3 = "version=3\nhmac-algorithm=SHA512\ncrypto-algorithm=aes-256-cbc\nencrypted=True\n"
            + "compressed=True\ncompression-filter=gzip -3\n";

    private static BackupHeader parse(String text) throws QbfsException {
        return BackupHeader.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsHeadersOfAllVersions() throws Exception {
        BackupHeader four = parse(V4);
        assertEquals(4, four.version());
        assertTrue(four.encrypted());
        assertEquals(Optional.of("gzip"), four.compressionFilter());
        assertEquals(Optional.of("20260101T000000-1"), four.backupId());
        BackupHeader three = parse(V3);
        assertEquals(3, three.version());
        assertEquals(Optional.of("gzip -3"), three.compressionFilter());
        assertEquals("SHA512", three.hmacAlgorithm());
        BackupHeader two = parse("hmac-algorithm=SHA1\nencrypted=0\ncompressed=no\n");
        assertEquals(2, two.version());
        assertFalse(two.encrypted());
        assertEquals(Optional.empty(), two.cryptoAlgorithm());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "True", "TRUE", "yes", "YES"})
    void theseAreTrue(String word) throws Exception {
        assertTrue(parse(V4.replace("compressed=True", "compressed=" + word)).compressed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "false", "False", "no", "on", "2"})
    void allElseIsFalse(String word) throws Exception {
        assertFalse(parse(V4.replace("compressed=True", "compressed=" + word)).compressed());
    }

    @Test
    void unknownKeysAreIgnored() throws Exception {
        assertEquals(parse(V4), parse(V4 + "colour=blue\n"));
    }

    @Test
    void lastLineNeedsNoEnd() throws Exception {
        assertEquals(parse(V4), parse(V4.strip()));
        assertEquals(parse(V4), parse(V4.replace("\n", "\r\n")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"version=4\n", "colour\n", "=blue\n", "a=b=c\n", "\n\n", "gr\u00fcn=1\n", "a=\u00ff\n"})
    void malformedLinesAreDamage(String line) {
        assertThrows(CorruptData.class, () -> parse(line + V4));
        assertThrows(CorruptData.class, () -> parse(V4 + line + "x=y\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hmac-algorithm", "encrypted", "compressed", "compression-filter", "backup-id"})
    void requiredKeysOfVersion4(String key) {
        String without = V4.replaceFirst("(?m)^" + key + "=.*\n", "");
        CorruptData error = assertThrows(CorruptData.class, () -> parse(without));
        assertTrue(error.getMessage().contains(key), error.getMessage());
        assertThrows(CorruptData.class, () -> parse(V4.replaceFirst("(?m)^" + key + "=.*\n", key + "=\n")));
    }

    @Test
    void requiredKeysDependOnTheVersion() throws Exception {
        assertThrows(CorruptData.class, () -> parse(V3.replace("crypto-algorithm=aes-256-cbc\n", "")));
        assertThrows(CorruptData.class, () -> parse(V3.replace("compression-filter=gzip -3\n", "")));
        parse(V3.replace("compression-filter=gzip -3\n", "").replace("compressed=True", "compressed=False"));
        parse(V3.replace("crypto-algorithm=aes-256-cbc\n", "").replace("encrypted=True", "encrypted=False"));
        parse("version=2\nhmac-algorithm=SHA1\nencrypted=0\ncompressed=1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "5", "04", "4.0", "99999999999999999999", "four"})
    void otherVersionsAreRefusedByName(String version) {
        UnsupportedFormat error = assertThrows(UnsupportedFormat.class, () -> parse(V4.replace("version=4", "version=" + version)));
        assertTrue(error.getMessage().contains(version), error.getMessage());
    }

    @Test
    void oldestKindHasNoHeader() {
        assertEquals(2, BackupHeader.NONE.version());
        assertEquals("SHA1", BackupHeader.NONE.hmacAlgorithm());
        assertEquals(Optional.of("aes-256-cbc"), BackupHeader.NONE.cryptoAlgorithm());
    }

    @Test
    void emptyHeaderIsDamage() {
        assertThrows(CorruptData.class, () -> parse(""));
        assertThrows(CorruptData.class, () -> parse("\n"));
    }
}
