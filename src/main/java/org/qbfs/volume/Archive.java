// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.qbfs.backup.FileGroup;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.SliceSource;
import org.qbfs.sparse.SparseMap;
import org.qbfs.sparse.SparseSource;
import org.qbfs.tar.TarEntry;
import org.qbfs.tar.TarReader;

/**
 * The inner tar of one file group, decrypted and decompressed. Safe for many threads. What the index has of its entries
 * costs no reads; otherwise callers keep what they learn.
 */
public final class Archive {
    /** What an entry takes in memory as a part of the tree, without its name. */
    private static final int ENTRY_BYTES = 600;
    private static final int EXTENT_BYTES = 16;
    /** Copies of a name, and of the paths made of it. */
    private static final int NAME_COPIES = 4;

    private final FileGroup group;
    private final DeferredSource stream;
    private final Learned learned;
    private final ReadActivity activity;
    private final TarReader reader;
    /** Known once the stream is open. */
    private volatile Optional<Salvage> salvage = Optional.empty();

    /** Opens the inner tar of a file group. */
    interface Opener {
        /** Opens it; may cost the start of its first chunk. */
        InnerTar open() throws IOException;
    }

    /** The archive of {@code group}, which {@code opener} opens when it is read. */
    Archive(FileGroup group, Opener opener, Learned learned, ReadActivity activity) {
        this.group = group;
        this.stream = new DeferredSource(group.path(), () -> {
            InnerTar tar = opener.open();
            salvage = tar.salvage();
            return tar.bytes();
        });
        this.learned = learned;
        this.activity = activity;
        this.reader = new TarReader(stream);
    }

    /** The file group. */
    public FileGroup group() {
        return group;
    }

    /**
     * The first entry. Costs the first block of the first chunk, unless it is known: one key derivation and one pass over
     * the chunk.
     *
     * @throws CorruptData if the archive is empty, or if the entry belongs to another file group
     */
    public TarEntry first() throws IOException {
        Optional<TarEntry> known = learned.firstEntry(group.path());
        if (known.isPresent()) {
            return known.get();
        }
        TarEntry first = reader.entryAt(0).orElseThrow(
                () -> new CorruptData("the archive is empty", Place.of(group.path())));
        ArchivePath.below(group.path(), first.name());
        learned.keepEntries(group.path(), List.of(first), false);
        return first;
    }

    /** Whether this is an archive of one file or link, which has the path of the file group; otherwise it is a directory. */
    public boolean isOneFile() throws IOException {
        TarEntry first = first();
        return pathOf(first).isEmpty() && (first.type() == TarEntry.Type.FILE || first.type() == TarEntry.Type.SYMLINK);
    }

    /**
     * The entry whose headers begin at {@code tarOffset}, or nothing where the archive ends: at an end marker, or
     * where the stream ends. Costs decoding up to there, for a reader that goes forward what lies between.
     *
     * @throws CorruptData if there is no valid header, or if the entry belongs to another file group
     */
    public Optional<TarEntry> entryAt(long tarOffset) throws IOException {
        Optional<TarEntry> entry = reader.entryAt(tarOffset);
        if (entry.isPresent()) {
            ArchivePath.below(group.path(), entry.get().name());
        }
        return entry;
    }

    /** Up to where in the tar reading would teach nothing new: the last checkpoint of a compressed stream. */
    long knownUpTo() throws IOException {
        return stream.opened() instanceof DecodedSource decoded ? decoded.knownUpTo() : Long.MAX_VALUE;
    }

    /** How many bytes of the compressed stream lie before {@link #knownUpTo}. */
    long knownStored() throws IOException {
        return stream.opened() instanceof DecodedSource decoded ? decoded.knownCompressed() : group.storedSize();
    }

    /** The tar's own bytes. Its size may cost decoding all of it; reading shows where it ends. */
    public ByteSource bytes() {
        return stream;
    }

    /**
     * All entries, in order, up to the end or to the first damage. Costs decoding the whole stream once, unless they are
     * known.
     *
     * @throws ResourceLimit if there are more than any archive has
     */
    public Listing list() throws IOException {
        return list(entry -> {});
    }

    /** Is told of each entry that is found, before the next one is looked for. */
    interface Visitor {
        /** One entry; what this throws ends the listing. */
        void entry(TarEntry entry) throws IOException;
    }

    /** The same; {@code visitor} sees none if they are known. */
    Listing list(Visitor visitor) throws IOException {
        Optional<List<TarEntry>> known = learned.allEntries(group.path());
        if (known.isPresent()) {
            return new Listing(known.get(), Optional.empty());
        }
        Listing listing = read(visitor);
        if (listing.damage().isEmpty()) {
            learned.keepEntries(group.path(), listing.entries(), true);
        }
        return listing;
    }

    private Listing read(Visitor visitor) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        long budget = Runtime.getRuntime().maxMemory() / 4;
        long weight = 0;
        long at = 0;
        try {
            Optional<TarEntry> entry = reader.entryAt(at);
            while (entry.isPresent()) {
                weight += weight(entry.get());
                if (weight > budget) {
                    throw new ResourceLimit("the archive has more entries than there is memory for: more than "
                            + entries.size(), weight, budget, Place.of(group.path()));
                }
                ArchivePath.below(group.path(), entry.get().name());
                entries.add(entry.get());
                visitor.entry(entry.get());
                at = entry.get().nextOffset();
                entry = reader.entryAt(at);
            }
            if (!reader.isEndMarker(at)) {
                throw new TruncatedData("the archive ends without an end marker: entries may be missing",
                        Place.of(stream.name(), at, at));
            }
            return new Listing(entries, Optional.empty());
        } catch (CorruptData | TruncatedData e) {
            return new Listing(entries, Optional.of(e));
        }
    }

    private static long weight(TarEntry entry) {
        long extents = entry.sparse().map(SparseMap::extents).orElse(0);
        return ENTRY_BYTES + NAME_COPIES * ((long) entry.name().length() + entry.linkTarget().length()) + EXTENT_BYTES * extents;
    }

    /**
     * The entries of an archive.
     *
     * @param entries those that could be read, in order
     * @param damage what ended the list too soon
     */
    public record Listing(List<TarEntry> entries, Optional<QbfsException> damage) {
        /** Copies {@code entries}. */
        public Listing {
            entries = List.copyOf(entries);
        }
    }

    /** The parts of the entry's path below the file group; none for the group itself. */
    public List<String> pathOf(TarEntry entry) throws CorruptData {
        return ArchivePath.below(group.path(), entry.name());
    }

    /** The parts of {@code name}, a link's target as archived, below the file group. */
    public List<String> pathOf(String name) throws CorruptData {
        return ArchivePath.below(group.path(), name);
    }

    /**
     * Where a symbolic link points. As archived, but for archives of a whole directory: there upstream had tar
     * put the directory in front of every name ({@code --xform 's:^:vm9/:'}), and tar did so to the targets of
     * links too; this takes it off again.
     */
    public String targetOf(TarEntry link) {
        String prefix = group.directory() + "/";
        return group.isWholeDirectory() && link.linkTarget().startsWith(prefix)
                ? link.linkTarget().substring(prefix.length())
                : link.linkTarget();
    }

    /**
     * The stored data of {@code entry}: the extents of its sparse map one behind the other, where it has one. A stream
     * that ends before its size is an error.
     */
    public ByteSource stored(TarEntry entry, String name) {
        return new ExactSource(new SliceSource(name, stream, entry.dataOffset(), entry.storedSize()));
    }

    /** The contents of {@code entry} at their real size, holes and all, under {@code name} in messages. */
    public ByteSource contents(TarEntry entry, String name) {
        ByteSource bytes = isFirstFile(entry) ? new DeferredSource(name, () -> salvaged(entry, name)) : stream;
        ByteSource stored = new SliceSource(name, activity.watch(bytes), entry.dataOffset(), entry.storedSize());
        return entry.sparse().isPresent()
                ? new SparseSource(name, stored, entry.sparse().get())
                : new ExactSource(stored);
    }

    private ByteSource salvaged(TarEntry entry, String name) throws IOException {
        ByteSource tar = stream.opened();
        return salvage.isPresent() ? salvage.get().behind(tar, entry, name) : tar;
    }

    /**
     * Where in the file {@code entry} the bytes begin whose positions were inferred when something of it was salvaged; nothing as
     * long as nothing was.
     */
    public OptionalLong inferredFrom(TarEntry entry) {
        return salvage.isPresent() && isFirstFile(entry) ? salvage.get().inferredFrom(entry) : OptionalLong.empty();
    }

    private static boolean isFirstFile(TarEntry entry) {
        return entry.headerOffset() == 0 && entry.type() == TarEntry.Type.FILE;
    }
}
