// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.sparse.SparseMap;

/**
 * Reads the entries of a tar archive: ustar, pax and GNU headers, long names, and sparse files in the old
 * GNU encoding and in pax 0.0, 0.1 and 1.0. Stateless: safe for many threads.
 *
 * <p>Sources: POSIX pax "ustar Interchange Format"; the GNU tar manual, "Storing Sparse Files" and "Basic
 * Tar Format".
 */
public final class TarReader {
    /** The size of a tar block in bytes. */
    public static final int BLOCK = 512;

    /** All headers of one entry; a map of pax 0.x with a million extents fits. */
    private static final int MOST_HEADER_BYTES = 32 << 20;
    /** While a header of some size is parsed, it takes as many times its size in memory. */
    private static final int COPIES = 32;
    /** All headers of one entry that is a plain file of a short name. */
    private static final int MOST_PLAIN_BYTES = 32 << 10;
    /** More extension headers before one entry than any writer makes. */
    private static final int MOST_EXTENSIONS = 16;

    private final ByteSource archive;
    private final long mostHeaderBytes;

    /** A reader of {@code archive}, which it does not own. */
    public TarReader(ByteSource archive) {
        this(archive, Math.min(MOST_HEADER_BYTES, Runtime.getRuntime().maxMemory() / COPIES));
    }

    private TarReader(ByteSource archive, long mostHeaderBytes) {
        this.archive = archive;
        this.mostHeaderBytes = mostHeaderBytes;
    }

    /**
     * A reader of an archive of plain files with short names: an entry whose headers or sparse map take more than
     * 32 KiB is refused, so that whoever looks for headers in hostile bytes reads little for each.
     */
    public static TarReader ofPlainFiles(ByteSource archive) {
        return new TarReader(archive, MOST_PLAIN_BYTES);
    }

    /**
     * The entry whose first header begins at {@code offset}, or nothing where the archive ends: at an
     * end marker or at the end of the source. Reads its headers and sparse map only.
     *
     * @throws CorruptData if no valid header is there
     * @throws TruncatedData if the source ends in the middle of the headers
     */
    public Optional<TarEntry> entryAt(long offset) throws IOException {
        PaxRecords pax = PaxRecords.NONE;
        String longName = "";
        String longLink = "";
        long at = offset;
        for (int extensions = 0; extensions <= MOST_EXTENSIONS; extensions++) {
            requireFewHeaders(offset, at);
            byte[] block = block(at, at == offset);
            if (block.length == 0) {
                return Optional.empty();
            }
            TarHeader header = TarHeader.parse(block, place(at, at + BLOCK));
            long data = at + BLOCK;
            switch (header.type()) {
                case 'x', 'X' -> pax = PaxRecords.parse(extension(header, data), place(data, data + header.size()));
                case 'L' -> longName = longText(header, data);
                case 'K' -> longLink = longText(header, data);
                case 'g' -> { }
                default -> {
                    return Optional.of(entry(header, pax, longName, longLink, offset, data));
                }
            }
            at = padded(data, header.size(), offset);
        }
        throw new CorruptData("more than " + MOST_EXTENSIONS + " extension headers in a row", place(offset, at));
    }

    private TarEntry entry(TarHeader header, PaxRecords pax, String longName, String longLink, long offset, long data)
            throws IOException {
        Place place = place(offset, data);
        String name = pax.text("path").orElse(longName.isEmpty() ? header.name() : longName);
        String link = pax.text("linkpath").orElse(longLink.isEmpty() ? header.linkName() : longLink);
        long size = pax.number("size", place).orElse(header.size());
        Instant modified = pax.time("mtime").orElse(header.modified());
        TarEntry.Type type = type(header.type(), name);
        // GNU tar's own kind of directory (for --incremental) lists names in its data.
        boolean hasData = header.type() == 'D' || type == TarEntry.Type.FILE || type == TarEntry.Type.CONTINUATION
                || type == TarEntry.Type.OTHER;
        long stored = hasData ? size : 0;
        long next = padded(data, stored, offset);
        String realName = pax.text("GNU.sparse.name").orElse(name);
        Optional<Sparse> sparse = type == TarEntry.Type.FILE
                ? sparse(header, pax, realName, data, stored, place)
                : Optional.empty();
        if (sparse.isPresent()) {
            Sparse found = sparse.get();
            // In the old encoding the size counts the data alone, and the extension headers lie before it.
            long end = found.oldGnu ? padded(found.dataOffset, stored, offset) : next;
            long left = found.oldGnu ? stored : data + stored - found.dataOffset;
            if (found.map.storedSize() > left) {
                throw new CorruptData("the sparse map promises " + found.map.storedSize() + " bytes of data, "
                        + Math.max(0, left) + " are stored", place);
            }
            return new TarEntry(realName, type, link, header.mode(), modified, offset, found.dataOffset, left,
                    found.map.realSize(), Optional.of(found.map), 0, end);
        }
        boolean continuation = type == TarEntry.Type.CONTINUATION;
        return new TarEntry(realName, type, link, header.mode(), modified, offset, data, stored,
                continuation ? header.gnuRealSize() : stored, Optional.empty(),
                continuation ? header.gnuOffset() : 0, next);
    }

    private static TarEntry.Type type(int typeFlag, String name) {
        return switch (typeFlag) {
            // Archives from before POSIX marked directories by the name alone.
            case 0, '0', '7' -> name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case 'S' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '5', 'D' -> TarEntry.Type.DIRECTORY;
            case 'M' -> TarEntry.Type.CONTINUATION;
            default -> TarEntry.Type.OTHER;
        };
    }

    private record Sparse(SparseMap map, long dataOffset, boolean oldGnu) {}

    private Optional<Sparse> sparse(TarHeader header, PaxRecords pax, String name, long data, long stored, Place place)
            throws IOException {
        if (header.type() == 'S') {
            return Optional.of(oldGnu(header, name, data));
        }
        Optional<Long> major = pax.number("GNU.sparse.major", place);
        if (major.isPresent()) {
            long minor = pax.number("GNU.sparse.minor", place).orElse(0L);
            if (major.get() != 1 || minor != 0) {
                throw new CorruptData("sparse format " + major.get() + "." + minor + " is not known", place);
            }
            return Optional.of(pax10(name, required(pax, "GNU.sparse.realsize", place), data, stored));
        }
        Optional<String> map = pax.sparseMap();
        if (map.isEmpty() && pax.number("GNU.sparse.size", place).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Sparse(
                pax0(name, map.orElse(""), required(pax, "GNU.sparse.size", place), place), data, false));
    }

    private static long required(PaxRecords pax, String key, Place place) throws QbfsException {
        return pax.number(key, place).orElseThrow(() -> new CorruptData("a sparse file without " + key, place));
    }

    /**
     * Old GNU encoding: four extents at byte 386 of the header, then 21 in each extension block while the
     * flag behind them is set.
     */
    private Sparse oldGnu(TarHeader header, String name, long data) throws IOException {
        ExtentList extents = new ExtentList(name);
        boolean more = extents.oldGnu(header.block(), 386, 4, place(data - BLOCK, data)) && header.block()[482] != 0;
        long at = data;
        for (; more; at += BLOCK) {
            requireFewMaps(data, at);
            byte[] block = block(at, false);
            more = extents.oldGnu(block, 0, 21, place(at, at + BLOCK)) && block[504] != 0;
        }
        return new Sparse(extents.build(header.gnuRealSize()), at, true);
    }

    /** Pax 1.0: the map is decimal text at the start of the data, filled up to a whole block. */
    private Sparse pax10(String name, long realSize, long data, long stored) throws IOException {
        DecimalLines lines = new DecimalLines(archive, data, data + stored);
        long count = lines.next();
        ExtentList extents = new ExtentList(name);
        for (long i = 0; i < count; i++) {
            requireFewMaps(data, lines.position());
            long offset = lines.next();
            extents.add(offset, lines.next());
        }
        long mapSize = lines.position() - data;
        return new Sparse(extents.build(realSize), padded(data, mapSize, data), false);
    }

    /** Pax 0.0 and 0.1: offset and size in turn, joined by commas. */
    private static SparseMap pax0(String name, String map, long realSize, Place place) throws QbfsException {
        ExtentList extents = new ExtentList(name);
        int at = 0;
        while (at < map.length()) {
            int comma = map.indexOf(',', at);
            int end = map.indexOf(',', comma + 1);
            end = end < 0 ? map.length() : end;
            if (comma < 0) {
                throw new CorruptData("a sparse map with an odd number of values", place);
            }
            extents.add(PaxRecords.parseNumber(map.substring(at, comma), "offset in a sparse map", place),
                    PaxRecords.parseNumber(map.substring(comma + 1, end), "size in a sparse map", place));
            at = end + 1;
        }
        return extents.build(realSize);
    }

    private String longText(TarHeader header, long data) throws IOException {
        byte[] text = extension(header, data);
        return TarName.field(text, 0, text.length);
    }

    private byte[] extension(TarHeader header, long data) throws IOException {
        requireFewHeaders(data, data + header.size());
        // Read in pieces, so that a size that is a lie costs no more memory than what is there.
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int length = (int) header.size();
        while (all.size() < length) {
            ByteBuffer piece = ByteBuffer.allocate(Math.min(length - all.size(), 64 << 10));
            if (archive.read(data + all.size(), piece) == 0) {
                throw new TruncatedData("the archive ends in an extension header", place(data, data + length));
            }
            all.write(piece.array(), 0, piece.position());
        }
        return all.toByteArray();
    }

    private void requireFewHeaders(long start, long end) throws QbfsException {
        require(end - start, mostHeaderBytes, "the headers of an entry", start, end);
    }

    /** A sparse map is kept in a compact form, so that it may be as large as the data; but not where none should be. */
    private void requireFewMaps(long start, long end) throws QbfsException {
        if (mostHeaderBytes == MOST_PLAIN_BYTES) {
            require(end - start, mostHeaderBytes, "a sparse map", start, end);
        }
    }

    private void require(long needed, long allowed, String what, long start, long end) throws QbfsException {
        if (needed > allowed) {
            throw new ResourceLimit(what + ": " + needed + " bytes, more than " + allowed, needed, allowed, place(start, end));
        }
    }

    /** The block at {@code at}; no bytes for an end marker, or where {@code mayEnd} and the source ends. */
    private byte[] block(long at, boolean mayEnd) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        int got = archive.read(at, block);
        if (got == 0 && mayEnd) {
            return new byte[0];
        }
        if (got < BLOCK) {
            throw new TruncatedData("the archive ends in a header", place(at, at + BLOCK));
        }
        return mayEnd && isZero(block.array()) ? new byte[0] : block.array();
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether an end marker begins at {@code offset}, and not the end of the source. */
    public boolean isEndMarker(long offset) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        return archive.read(offset, block) == BLOCK && isZero(block.array());
    }

    /** The first block boundary at or behind {@code data + size}. */
    private long padded(long data, long size, long offset) throws CorruptData {
        long end = data + size + (BLOCK - 1 & -(int) (size & BLOCK - 1));
        if (size < 0 || end < 0) {
            throw new CorruptData("an entry of " + size + " bytes", place(offset, data));
        }
        return end;
    }

    private Place place(long start, long end) {
        return Place.of(archive.name(), start, end);
    }

    /** Whether {@code block} looks like a header: its checksum fits. */
    public static boolean isHeader(byte[] block) {
        return !isZero(block) && TarHeader.isIntact(block);
    }
}
