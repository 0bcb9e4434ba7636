// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.UnsupportedFormat;

/**
 * The {@code backup-header}: lines of {@code key=value} (qubes-core-admin-client {@code
 * qubesadmin/backup/restore.py}, {@code BackupHeader}). Hostile until its MAC has been checked. Immutable.
 *
 * @param version 2, 3 or 4
 * @param encrypted whether chunks are encrypted
 * @param compressed whether streams are compressed
 * @param compressionFilter the program that compressed them, with its options
 * @param hmacAlgorithm the digest of the MACs; {@code scrypt} in version 4
 * @param cryptoAlgorithm the cipher, in versions 2 and 3
 * @param backupId the backup's ID, in version 4
 */
public record BackupHeader(
        int version,
        boolean encrypted,
        boolean compressed,
        Optional<String> compressionFilter,
        String hmacAlgorithm,
        Optional<String> cryptoAlgorithm,
        Optional<String> backupId) {
    /** The largest header that is read; real ones have some 120 bytes. */
    static final int MOST_BYTES = 64 << 10;

    private static final Place PLACE = Place.of(Catalog.HEADER);

    /** What holds for a backup of version 2 that has no header at all: Qubes R2 beta 3. */
    public static final BackupHeader NONE = new BackupHeader(2, true, false, Optional.empty(), "SHA1",
            Optional.of("aes-256-cbc"), Optional.empty());

    /**
     * Parses a header.
     *
     * @throws CorruptData if a line is malformed, a key is there twice or a required one is missing
     * @throws UnsupportedFormat if the version is none that is known
     */
    public static BackupHeader parse(byte[] untrusted) throws QbfsException {
        Map<String, String> values = values(untrusted);
        int version = version(values.get("version"));
        boolean encrypted = truth(values, "encrypted");
        boolean compressed = truth(values, "compressed");
        BackupHeader header = new BackupHeader(version, encrypted, compressed,
                Optional.ofNullable(values.get("compression-filter")), required(values, "hmac-algorithm"),
                Optional.ofNullable(values.get("crypto-algorithm")), Optional.ofNullable(values.get("backup-id")));
        if (version < 4 && encrypted) {
            required(values, "crypto-algorithm");
        }
        if (version >= 3 && compressed) {
            required(values, "compression-filter");
        }
        if (version == 4) {
            required(values, "backup-id");
        }
        return header;
    }

    private static Map<String, String> values(byte[] untrusted) throws CorruptData {
        for (byte b : untrusted) {
            if (b < 0) {
                throw new CorruptData("a byte that is not ASCII", PLACE);
            }
        }
        Map<String, String> values = new HashMap<>();
        String[] lines = new String(untrusted, StandardCharsets.US_ASCII).split("\n");
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() && i == lines.length - 1) {
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1 || line.indexOf('=', equals + 1) >= 0) {
                throw new CorruptData("line " + (i + 1) + " is not of the form key=value", PLACE);
            }
            String key = line.substring(0, equals);
            if (values.put(key, line.substring(equals + 1)) != null) {
                throw new CorruptData("the key " + key + " is there twice", PLACE);
            }
        }
        return values;
    }

    private static int version(String value) throws QbfsException {
        if (value == null) {
            // The first header of version 2 did not name it.
            return 2;
        }
        return switch (value) {
            case "2", "3", "4" -> value.charAt(0) - '0';
            case "1" -> throw new UnsupportedFormat(
                    "a backup of version 1, which is a directory and not a file", PLACE);
            default -> throw new UnsupportedFormat(
                    "version \"" + value + "\" of the backup format is not known (2, 3 and 4 are)", PLACE);
        };
    }

    private static boolean truth(Map<String, String> values, String key) throws CorruptData {
        String value = required(values, key).toLowerCase(Locale.ROOT);
        return switch (value) {
            case "1", "true", "yes" -> true;
            default -> false;
        };
    }

    private static String required(Map<String, String> values, String key) throws CorruptData {
        String value = values.get(key);
        if (value == null || value.isEmpty()) {
            throw new CorruptData("the key " + key + " is missing", PLACE);
        }
        return value;
    }
}
