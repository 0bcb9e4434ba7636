// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.util.Optional;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;

/**
 * Something that could not be decoded.
 *
 * @param lost the bytes of a file, if any are
 * @param what what that means, to be said beside the reason; may be empty
 * @param why the error that reading gave; its place names the chunk, if one is to blame
 */
record Loss(Optional<Finding.Lost> lost, String what, QbfsException why) {
    private static final String CHUNK = "chunk ";
    private static final String ENCRYPTED = ".enc";

    /** The name without suffix of the chunk that is to blame; empty if none is. */
    String chunk() {
        return chunk(why.place());
    }

    static String chunk(Place place) {
        return place.ranges().stream().map(Place.Range::source)
                .filter(source -> source.startsWith(CHUNK)).findFirst()
                .map(source -> withoutSuffix(source.substring(CHUNK.length()))).orElse("");
    }

    static String withoutSuffix(String member) {
        return member.endsWith(ENCRYPTED) ? member.substring(0, member.length() - ENCRYPTED.length()) : member;
    }
}
