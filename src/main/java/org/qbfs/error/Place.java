// SPDX-License-Identifier: Apache-2.0
package org.qbfs.error;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where something went wrong: byte ranges in nested sources, the outermost (what the user asked for)
 * first. Immutable.
 */
public record Place(List<Range> ranges) {
    /** No place is known. */
    public static final Place NONE = new Place(List.of());

    /** Copies {@code ranges}. */
    public Place {
        ranges = List.copyOf(ranges);
    }

    /** The bytes {@code [start, end)} of {@code source}. */
    public static Place of(String source, long start, long end) {
        return new Place(List.of(new Range(source, start, end)));
    }

    /** All of {@code source}. */
    public static Place of(String source) {
        return new Place(List.of(new Range(source, -1, -1)));
    }

    /** This place, seen from {@code outer}, which contains it. */
    public Place within(Place outer) {
        List<Range> all = new ArrayList<>(outer.ranges);
        all.addAll(ranges);
        return new Place(all);
    }

    /** Whether nothing is known. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(" → "));
    }

    /**
     * Bytes {@code [start, end)} of one source; {@code start} is -1 when the whole source is meant.
     *
     * @param source the name of the file, chunk or image
     * @param start the first byte
     * @param end the byte after the last
     */
    public record Range(String source, long start, long end) {
        @Override
        public String toString() {
            return Printable.of(start < 0 ? source : source + " [" + start + ", " + end + ")");
        }
    }
}
