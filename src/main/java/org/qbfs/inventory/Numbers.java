// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.qbfs.error.CorruptData;

/** Decimal numbers of {@code qubes.xml}. */
final class Numbers {
    private Numbers() {}

    /** A VM's number. */
    static OptionalInt qid(Optional<String> text) throws CorruptData {
        long qid = text.isEmpty() ? -1 : number(text.get(), "qid", Integer.MAX_VALUE);
        return qid < 0 ? OptionalInt.empty() : OptionalInt.of((int) qid);
    }

    /** A number of bytes; an empty text is none. */
    static OptionalLong bytes(Optional<String> text, String what) throws CorruptData {
        if (text.isEmpty() || text.get().isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(number(text.get(), what, Long.MAX_VALUE));
    }

    private static long number(String text, String what, long max) throws CorruptData {
        long number = -1;
        if (!text.isEmpty() && text.length() <= 19 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            try {
                number = Long.parseLong(text);
            } catch (NumberFormatException e) {
                // Nineteen digits may be too many: the answer below.
                number = -1;
            }
        }
        if (number < 0 || number > max) {
            throw Inventory.bad(what + " is '" + Utf8.shown(text) + "', which is no number that fits");
        }
        return number;
    }
}
