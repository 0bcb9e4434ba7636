// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;

/**
 * The records of one pax extended header: {@code "<length> <key>=<value>\n"}, the length in decimal and
 * counting the whole record (POSIX pax, "pax Extended Header"). Immutable.
 */
final class PaxRecords {
    /** The keys that are asked for; to keep others would let a header take many times its size. */
    private static final Set<String> USED = Set.of("path", "linkpath", "size", "mtime", "GNU.sparse.name", "GNU.sparse.major",
            "GNU.sparse.minor", "GNU.sparse.realsize", "GNU.sparse.size", "GNU.sparse.map");

    static final PaxRecords NONE = new PaxRecords(Map.of(), "");

    private final Map<String, String> values;
    /** Offset and size pairs of sparse format 0.0, which repeats its keys, in the form of 0.1's map. */
    private final String offsetsAndSizes;

    private PaxRecords(Map<String, String> values, String offsetsAndSizes) {
        this.values = values;
        this.offsetsAndSizes = offsetsAndSizes;
    }

    /** Parses {@code bytes}, which lie at {@code place}. */
    static PaxRecords parse(byte[] bytes, Place place) throws QbfsException {
        Map<String, String> values = new HashMap<>();
        StringBuilder pairs = new StringBuilder();
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int space = at;
            int length = 0;
            while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9' && length < bytes.length) {
                length = length * 10 + bytes[space++] - '0';
            }
            int end = at + length;
            int equals = space;
            while (equals < bytes.length && bytes[equals] != '=') {
                equals++;
            }
            if (space == at || space >= bytes.length || bytes[space] != ' ' || end > bytes.length || end < at
                    || equals >= end - 1 || bytes[end - 1] != '\n') {
                throw new CorruptData("pax record at byte " + at + " of its header is malformed", place);
            }
            String key = TarName.decode(bytes, space + 1, equals - space - 1);
            String value = TarName.decode(bytes, equals + 1, end - equals - 2);
            if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
                pairs.append(pairs.isEmpty() ? "" : ",").append(value);
            } else if (USED.contains(key)) {
                values.put(key, value);
            }
            at = end;
        }
        return new PaxRecords(values, pairs.toString());
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
    }

    /** A number that is not negative. */
    Optional<Long> number(String key, Place place) throws QbfsException {
        String value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(parseNumber(value, key, place));
    }

    static long parseNumber(String value, String what, Place place) throws QbfsException {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && value.charAt(0) != '+') {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        String shown = value.length() > 40 ? value.substring(0, 40) + "…" : value;
        throw new CorruptData(what + " is no number: \"" + shown + "\"", place);
    }

    /** Seconds since 1970 as a decimal fraction. */
    Optional<Instant> time(String key) {
        String value = values.get(key);
        if (value == null || value.length() > 40) {
            return Optional.empty();
        }
        try {
            BigDecimal seconds = new BigDecimal(value);
            if (seconds.abs().compareTo(BigDecimal.valueOf(1L << 40)) > 0 || seconds.scale() > 40) {
                return Optional.empty();
            }
            BigDecimal[] parts = seconds.divideAndRemainder(BigDecimal.ONE);
            return Optional.of(Instant.ofEpochSecond(parts[0].longValue(), parts[1].movePointRight(9).longValue()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The map of sparse formats 0.0 and 0.1, offset and size in turn, joined by commas; or nothing. */
    Optional<String> sparseMap() {
        return offsetsAndSizes.isEmpty() ? text("GNU.sparse.map") : Optional.of(offsetsAndSizes);
    }
}
