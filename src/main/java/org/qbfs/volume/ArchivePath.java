// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/** Paths inside archives, in parts. What is no plain way down is not a path. */
final class ArchivePath {
    private static final int MOST_PARTS = 1000;

    private ArchivePath() {}

    /** The parts of {@code path}, without empty ones and dots; nothing if one leads up or there are too many. */
    static Optional<List<String>> parts(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.equals("..") || parts.size() > MOST_PARTS || part.indexOf('\0') >= 0) {
                return Optional.empty();
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return Optional.of(parts);
    }

    /**
     * The parts of {@code name}, an entry of the archive of the file group {@code group}, below that group.
     *
     * @throws CorruptData if it does not lie there: the MACs of version 2 and 3 do not bind a chunk to its
     *     name, so this check keeps a file of one VM from standing in for another's
     */
    static List<String> below(String group, String name) throws CorruptData {
        Optional<List<String>> base = parts(group);
        Optional<List<String>> all = parts(name);
        if (base.isEmpty() || all.isEmpty() || name.startsWith("/") || all.get().size() < base.get().size()
                || !all.get().subList(0, base.get().size()).equals(base.get())) {
            throw new CorruptData("the archive holds \"" + name + "\", which does not belong to " + group
                    + ": its chunks were moved here from another place", Place.of(group));
        }
        return List.copyOf(all.get().subList(base.get().size(), all.get().size()));
    }
}
