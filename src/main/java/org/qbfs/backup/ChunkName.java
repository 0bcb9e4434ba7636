// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.util.Optional;

/**
 * A chunk's member name, {@code <path>.<number>[.enc|.hmac]}: the number has three digits, and more from
 * 1000 on (qubes-core-admin {@code qubes/backup.py}, {@code "%03d"}).
 *
 * @param path the path of the file group
 * @param number the chunk's number, from 0
 * @param suffix {@code ""}, {@code ".enc"} or {@code ".hmac"}
 */
record ChunkName(String path, int number, String suffix) {
    static final String ENCRYPTED = ".enc";
    static final String MAC = ".hmac";

    private static final int LEAST_DIGITS = 3;
    private static final int MOST_DIGITS = 6;

    /** Parses {@code name}; nothing if it is no chunk's. */
    static Optional<ChunkName> parse(String name) {
        String suffix = name.endsWith(ENCRYPTED) ? ENCRYPTED : name.endsWith(MAC) ? MAC : "";
        String rest = name.substring(0, name.length() - suffix.length());
        int dot = rest.lastIndexOf('.');
        String digits = rest.substring(dot + 1);
        if (dot < 1 || digits.length() < LEAST_DIGITS || digits.length() > MOST_DIGITS
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                || digits.length() > LEAST_DIGITS && digits.charAt(0) == '0') {
            return Optional.empty();
        }
        return Optional.of(new ChunkName(rest.substring(0, dot), Integer.parseInt(digits), suffix));
    }

    /** The name without suffix: what version 4 puts into the chunk's passphrase. */
    static String of(String path, int number) {
        String digits = Integer.toString(number);
        return path + "." + "0".repeat(Math.max(0, LEAST_DIGITS - digits.length())) + digits;
    }
}
