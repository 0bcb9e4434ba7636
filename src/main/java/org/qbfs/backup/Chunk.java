// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.util.Optional;
import org.qbfs.error.Place;

/**
 * One chunk of a file group.
 *
 * @param path the path of the file group
 * @param number its number in the group, from 0
 * @param member where it lies
 * @param mac the member that holds its MAC, in versions 2 and 3
 */
public record Chunk(String path, int number, Member member, Optional<Member> mac) {
    /** Its name without suffix: {@code vm7/private.img.005}. */
    public String name() {
        return ChunkName.of(path, number);
    }

    /** Where it lies in {@code backupFile}, seen from the chunk. */
    Place place(String backupFile) {
        return Place.of(backupFile, member.dataOffset(), member.end())
                .within(Place.of("chunk " + member.name(), 0, member.size()));
    }
}
