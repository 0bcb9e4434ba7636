// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarEntry;
import org.qbfs.tar.TarReader;

/**
 * What the outer file holds, found by one pass that reads headers and seeks over data. Immutable.
 *
 * <p>The outer file is a row of tar archives, one for each member, with zero blocks between them up to a
 * record of 10,240 bytes (qubes-core-admin {@code qubes/backup.py}, {@code tar -cO --posix}); so the pass
 * goes on past end markers. Where no header is found, the pass looks for the next one that has a chunk's
 * name, and notes what it skipped. Where bytes are lost inside a member, the header of the next one lies before
 * the place where it should be; such members are looked for last. A member that is there twice counts once: the
 * first.
 */
public final class Catalog {
    /** The name of the header. */
    public static final String HEADER = "backup-header";
    /** The name of its MAC. */
    public static final String HEADER_MAC = "backup-header.hmac";

    /** What a member takes in memory until the tree is made, without its name. */
    private static final int MEMBER_BYTES = 1000;
    /** Copies of a name, and of the paths made of it. */
    private static final int NAME_COPIES = 4;
    /** Linux takes no longer path. */
    private static final int LONGEST_NAME = 4096;
    private static final int MOST_PROBLEMS = 1000;
    /** Headers of one member: up to four blocks with pax. */
    private static final int HEADER_WINDOW = 4 << 10;
    private static final int FIRST_SEARCH_WINDOW = 16 << 10;
    private static final int SEARCH_WINDOW = 1 << 20;
    private static final int CANDIDATE_WINDOW = 64 << 10;
    private static final int ZEROS = 1 << 20;
    /** How far the first member is looked for where the file does not begin with one. */
    private static final long MOST_STRAY_BYTES = 256L << 20;
    /** How much is searched inside members: some dozens of chunks, seconds. */
    private static final long MOST_SUSPECT_BYTES = 2L << 30;
    /** So much of a member's end goes into {@link #print}: the MAC of version 4, nearly all of it in versions 2 and 3. */
    private static final int TAIL_BYTES = 32;
    /** Offset of "ustar" in a header. */
    private static final int MAGIC_OFFSET = 257;

    private final Map<String, Member> members;
    private final Map<String, FileGroup> groups;
    private final List<Problem> problems;
    private final byte[] print;

    /**
     * Reads the headers of {@code file}. Costs one small read for each member.
     *
     * @throws ResourceLimit if there are more members than any backup has
     */
    public static Catalog scan(ByteSource file) throws IOException {
        Scan scan = new Scan(file);
        scan.run();
        return new Catalog(scan);
    }

    /**
     * The header and its MAC alone, if they are the first members, as upstream writes them; nothing if they are
     * elsewhere. Costs a few reads.
     */
    public static Optional<Catalog> headers(ByteSource file) throws IOException {
        Scan scan = new Scan(file);
        return scan.headers() ? Optional.of(new Catalog(scan)) : Optional.empty();
    }

    /**
     * What an earlier scan of {@code file} found, given as its {@link #members} and its {@link #print}; nothing if they
     * cannot be right. Reads nothing: {@link ChunkPlaces} makes sure of each chunk before it is used.
     */
    public static Optional<Catalog> remembered(ByteSource file, List<Member> members, byte[] print) throws IOException {
        Scan scan = new Scan(file);
        Catalog catalog = scan.takeOver(members) ? new Catalog(scan, print.clone()) : null;
        return Optional.ofNullable(catalog).filter(found -> found.problems().isEmpty());
    }

    private Catalog(Scan scan) {
        this(scan, scan.print.digest());
    }

    private Catalog(Scan scan, byte[] print) {
        this.print = print;
        this.members = Collections.unmodifiableMap(scan.members);
        this.groups = Collections.unmodifiableMap(groups(scan));
        this.problems = List.copyOf(scan.problems);
    }

    /** The file groups, in the order in which they begin. */
    public Collection<FileGroup> groups() {
        return groups.values();
    }

    /** The file group of {@code path}. */
    public Optional<FileGroup> group(String path) {
        return Optional.ofNullable(groups.get(path));
    }

    /** The member called {@code name}. */
    public Optional<Member> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** All members, in the order in which they were found. */
    public List<Member> members() {
        return List.copyOf(members.values());
    }

    /**
     * A digest of 32 bytes of the members' names, sizes and last bytes, which are or contain the MACs of chunks: as long
     * as it is the same, so is all that is authentic in the file.
     */
    public byte[] print() {
        return print.clone();
    }

    /** How many members there are. */
    public int size() {
        return members.size();
    }

    /** What is not as it should be. */
    public List<Problem> problems() {
        return problems;
    }

    private static Map<String, FileGroup> groups(Scan scan) {
        Map<String, TreeMap<Integer, Chunk>> chunks = new LinkedHashMap<>();
        for (Member member : scan.members.values()) {
            ChunkName.parse(member.name()).filter(name -> !name.suffix().equals(ChunkName.MAC)).ifPresent(name -> {
                Member mac = scan.members.get(member.name() + ChunkName.MAC);
                Chunk chunk = new Chunk(name.path(), name.number(), member, Optional.ofNullable(mac));
                Chunk other = chunks.computeIfAbsent(name.path(), path -> new TreeMap<>())
                        .putIfAbsent(name.number(), chunk);
                if (other != null) {
                    scan.problem("is the same chunk as " + other.member().name() + ", which is used",
                            member.dataOffset(), member.end(), member.name());
                }
            });
        }
        scan.members.values().forEach(member -> surplus(member, scan));
        Map<String, FileGroup> groups = new LinkedHashMap<>();
        chunks.forEach((path, byNumber) -> {
            FileGroup group = new FileGroup(path, List.copyOf(byNumber.values()));
            groups.put(path, group);
            missing(group, scan);
        });
        return groups;
    }

    /** Tells of a member that is neither the header nor a chunk, and of a MAC without its chunk. */
    private static void surplus(Member member, Scan scan) {
        Optional<ChunkName> name = ChunkName.parse(member.name());
        if (name.isEmpty() && !member.name().equals(HEADER) && !member.name().equals(HEADER_MAC)) {
            scan.problem("surplus: no backup has such a member, and it is not shown", member.dataOffset(), member.end(),
                    member.name());
        } else if (name.filter(of -> of.suffix().equals(ChunkName.MAC)
                && !scan.members.containsKey(ChunkName.of(of.path(), of.number()))).isPresent()) {
            scan.problem("missing: only the chunk's MAC is there", member.dataOffset(), member.end(), member.name());
        }
    }

    private static void missing(FileGroup group, Scan scan) {
        int expected = 0;
        for (Chunk chunk : group.chunks()) {
            if (chunk.number() > expected) {
                String last = chunk.number() == expected + 1 ? "" : " to " + ChunkName.of("", chunk.number() - 1);
                String first = ChunkName.of(group.path(), expected);
                scan.problem("missing: chunk " + first + last,
                        Place.of(scan.file.name()).within(Place.of("chunk " + first)));
            }
            expected = chunk.number() + 1;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** One pass over the file. */
    private static final class Scan {
        final ByteSource file;
        final Map<String, Member> members = new LinkedHashMap<>();
        final List<Problem> problems = new ArrayList<>();
        private final Window headers;
        private final TarReader reader;
        private final long end;
        private final long budget = Runtime.getRuntime().maxMemory() / 2;
        private final MessageDigest print = sha256();
        private long weight;
        /** Ranges in which other members may lie than the one that claims them. */
        private final List<long[]> suspect = new ArrayList<>();
        private Member last;

        Scan(ByteSource file) throws IOException {
            this.file = file;
            this.end = file.size();
            this.headers = new Window(file, HEADER_WINDOW);
            this.reader = TarReader.ofPlainFiles(headers);
        }

        void run() throws IOException {
            long at = 0;
            while (at < end) {
                at = next(at);
            }
            long budgetLeft = MOST_SUSPECT_BYTES;
            for (long[] range : List.copyOf(suspect)) {
                long length = Math.min(range[1] - range[0], budgetLeft);
                budgetLeft -= length;
                searchInside(range[0], range[0] + length);
            }
        }

        boolean headers() throws IOException {
            try {
                long at = header(0, HEADER);
                return at > 0 && header(zeros(at), HEADER_MAC) > 0;
            } catch (QbfsException e) {
                return false;
            }
        }

        /** Adds the member at {@code at}, which must be {@code name}, and gives the offset behind it; else 0. */
        private long header(long at, String name) throws IOException {
            Optional<TarEntry> entry = reader.entryAt(at).filter(found -> found.name().equals(name));
            return entry.isPresent() ? add(entry.get()) : 0;
        }

        /** Whether {@code remembered} could lie in this file, one behind the other. */
        boolean takeOver(List<Member> remembered) {
            long before = 0;
            for (Member member : remembered) {
                if (member.headerOffset() < before || member.dataOffset() <= member.headerOffset() || member.size() < 0
                        || member.size() > end - member.dataOffset() || members.putIfAbsent(member.name(), member) != null) {
                    return false;
                }
                before = member.end();
            }
            return true;
        }

        private void searchInside(long start, long rangeEnd) throws IOException {
            long at = search(start, rangeEnd);
            while (at < rangeEnd) {
                Optional<TarEntry> entry = reader.entryAt(at);
                long data = entry.orElseThrow().dataOffset();
                if (!members.containsKey(entry.get().name())) {
                    problem("found inside another member, from which bytes are lost", at, data, entry.get().name());
                    add(entry.get());
                }
                at = search(Math.max(data, Math.min(entry.get().nextOffset(), rangeEnd)), rangeEnd);
            }
        }

        /** Deals with what is at {@code at}; gives the offset to go on at. */
        private long next(long at) throws IOException {
            Optional<TarEntry> entry;
            try {
                entry = reader.entryAt(at);
            } catch (QbfsException e) {
                return damaged(at, e);
            }
            return entry.isPresent() ? add(entry.get()) : Math.min(end, zeros(at));
        }

        private long add(TarEntry entry) throws IOException {
            long dataEnd = entry.dataEnd();
            if (entry.name().length() > LONGEST_NAME) {
                problem("its name is too long, and it is left out", entry.headerOffset(), entry.nextOffset(),
                        entry.name().substring(0, LONGEST_NAME) + "…");
                return entry.nextOffset();
            }
            weight += MEMBER_BYTES + NAME_COPIES * entry.name().length();
            if (weight > budget) {
                throw new ResourceLimit("the backup has more members than there is memory for: more than " + members.size(),
                        weight, budget, Place.of(file.name()));
            }
            if (entry.type() != TarEntry.Type.FILE || entry.sparse().isPresent()) {
                problem("is no plain file, and is left out", entry.headerOffset(), entry.nextOffset(), entry.name());
                return entry.nextOffset();
            }
            Member member = new Member(entry.name(), entry.headerOffset(), entry.dataOffset(), entry.storedSize(), dataEnd <= end);
            last = member;
            if (!member.complete()) {
                suspect.add(new long[] {member.dataOffset(), end});
                problem("cut off: the backup file ends " + (dataEnd - end) + " bytes too soon", member.dataOffset(),
                        end, entry.name());
            }
            Member first = members.putIfAbsent(member.name(), member);
            if (first != null) {
                problem("is there a second time; the first, at " + first.dataOffset() + ", is used",
                        member.dataOffset(), member.end(), member.name());
            } else {
                addToPrint(member);
            }
            return Math.min(end, entry.nextOffset());
        }

        private void addToPrint(Member member) throws IOException {
            print.update(member.name().getBytes(StandardCharsets.UTF_8));
            ByteBuffer rest = ByteBuffer.allocate(1 + Long.BYTES + TAIL_BYTES).put((byte) 0).putLong(member.size());
            int tail = (int) Math.min(TAIL_BYTES, member.size());
            if (member.complete()) {
                try {
                    // What the window reads for this has the block behind the member in it, which is wanted next.
                    headers.read(member.end() - tail, rest.limit(rest.position() + tail));
                } catch (QbfsException e) {
                    // Cannot be read: as if it were not there.
                    rest.clear();
                }
            }
            print.update(rest.clear());
        }

        /** The first block behind {@code at} that is not all zeros. */
        private long zeros(long at) throws IOException {
            // Up to the next member it is a few blocks; much more only where the file is damaged.
            int length = 16 << 10;
            for (long start = at; start < end; start += length, length = ZEROS) {
                ByteBuffer piece = ByteBuffer.allocate(length);
                file.read(start, piece);
                int other = piece.flip().mismatch(ByteBuffer.allocate(piece.limit()));
                if (other >= 0) {
                    long found = start + other;
                    return Math.max(at + TarReader.BLOCK, found - (found - at) % TarReader.BLOCK);
                }
            }
            return end;
        }

        private long damaged(long at, QbfsException why) throws IOException {
            if (end - at < TarReader.BLOCK && zeros(at) == end) {
                // Cut off in the zeros behind the last member: nothing is lost.
                return end;
            }
            if (last != null && last.complete()) {
                suspect.add(new long[] {last.dataOffset(), Math.min(at, end)});
            }
            // A file that is no backup at all is not searched to its end.
            long found = search(at + 1, members.isEmpty() ? Math.min(end, at + MOST_STRAY_BYTES) : end);
            problem(found < end
                            ? "no tar header (" + why.what() + "); skipped to the next member"
                            : "no tar header (" + why.what() + "), and no more members behind it",
                    Place.of(file.name(), at, found));
            return found;
        }

        /** The next header of a chunk in {@code [from, to)}, at any offset; {@code to} or behind if there is none. */
        private long search(long from, long to) throws IOException {
            Window window = new Window(file, CANDIDATE_WINDOW);
            TarReader candidates = TarReader.ofPlainFiles(window);
            // Small at first: in a hostile file there may be a header, and damage again, in every block.
            ByteBuffer piece = ByteBuffer.allocate(FIRST_SEARCH_WINDOW);
            // Pieces overlap by a header, so that none is missed at a seam.
            for (long start = from; start < to; start += piece.capacity() - TarReader.BLOCK, piece = searchWindow(piece)) {
                piece.clear();
                file.read(start, piece);
                piece.flip();
                for (int i = 0; i + TarReader.BLOCK <= piece.limit(); i++) {
                    if (piece.get(i + MAGIC_OFFSET) == 'u' && isMemberHeader(piece, i, start + i, candidates)) {
                        return start + i;
                    }
                }
            }
            return end;
        }

        private static ByteBuffer searchWindow(ByteBuffer last) {
            return last.capacity() < SEARCH_WINDOW ? ByteBuffer.allocate(SEARCH_WINDOW) : last;
        }

        private static boolean isMemberHeader(ByteBuffer piece, int at, long offset, TarReader candidates)
                throws IOException {
            byte[] block = new byte[TarReader.BLOCK];
            piece.get(at, block);
            if (block[MAGIC_OFFSET + 1] != 's' || block[MAGIC_OFFSET + 4] != 'r' || !TarReader.isHeader(block)) {
                return false;
            }
            try {
                // Data of a chunk may itself be a tar archive: only a chunk's name counts.
                return candidates.entryAt(offset)
                        .filter(entry -> entry.type() == TarEntry.Type.FILE)
                        .filter(entry -> ChunkName.parse(entry.name()).isPresent() || entry.name().equals(HEADER_MAC)
                                || entry.name().equals(HEADER))
                        .isPresent();
            } catch (QbfsException e) {
                return false;
            }
        }

        void problem(String what, long start, long end, String member) {
            problem(what, Place.of(file.name(), start, end).within(Place.of(member)));
        }

        void problem(String what, Place place) {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(new Problem(what, place));
            }
        }
    }
}
