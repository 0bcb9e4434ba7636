// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.ChunkPlaces;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.HmacChunkOpener;
import org.qbfs.backup.Member;
import org.qbfs.backup.PartCache;
import org.qbfs.backup.Passphrase;
import org.qbfs.backup.Problem;
import org.qbfs.backup.ScryptChunkOpener;
import org.qbfs.error.CorruptData;
import org.qbfs.error.NotABackup;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.inventory.Inventory;
import org.qbfs.io.ByteSource;
import org.qbfs.io.FileSource;
import org.qbfs.io.MemorySource;
import org.qbfs.openssl.MacAlgorithm;
import org.qbfs.scrypt.KeyDerivation;
import org.qbfs.scrypt.ScheduledKeyDerivation;
import org.qbfs.scrypt.ScryptHeader;
import org.qbfs.tar.TarEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open backup: its header, authenticated; what it holds; and an archive for each file group. Safe for
 * many threads. Owns the file, the threads and the caches; {@link #close} ends them all.
 */
public final class BackupFile implements Closeable {
    /** The file group that lists the VMs. */
    public static final String INVENTORY = "qubes.xml";

    private static final Logger LOG = LoggerFactory.getLogger(BackupFile.class);
    private static final int MOST_HEADER_BYTES = 64 << 10;
    private static final int MOST_INVENTORY_BYTES = 16 << 20;
    private static final long PART_CACHE_BYTES = 16L << 20;

    private final Opening opened;
    private final Catalog catalog;
    private final Optional<ByteSource> headerText;
    private final BackupHeader header;
    private final ArchiveStack stack;
    private final Inventory inventory;
    private final Optional<ByteSource> inventoryText;
    private final List<Problem> problems;
    private final ConcurrentHashMap<String, Archive> archives = new ConcurrentHashMap<>();
    private final ReadActivity activity = new ReadActivity();

    /** Opens {@code path}, and asks for nothing ahead. */
    public static BackupFile open(Path path, Passphrase passphrase, Settings settings) throws IOException {
        return open(path, passphrase, settings, Ahead.NOTHING);
    }

    /**
     * Opens {@code path}: reads the headers of its members, unless the index has them and the file has not been touched
     * since; derives the keys of its header and of the list of VMs, and checks both.
     *
     * @param passphrase is closed with this, or if it cannot be opened
     * @throws NotABackup if it is none
     * @throws UnsupportedFormat if its version, filter, cipher or digest is not known
     * @throws WrongPassphrase if the header does not verify
     */
    public static BackupFile open(Path path, Passphrase passphrase, Settings settings, Ahead ahead) throws IOException {
        return open(path, passphrase, settings, ahead, Stamp::of);
    }

    static BackupFile open(Path path, Passphrase passphrase, Settings settings, Ahead ahead, Stamp.Source stamps)
            throws IOException {
        Opening opening = null;
        try {
            if (Files.isDirectory(path)) {
                throw new UnsupportedFormat("a directory: a backup of version 1, or none", Place.of(path.toString()));
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new NotABackup("no regular file; copy the backup to one first", Place.of(path.toString()));
            }
            Stamp stamp = stamps.of(path);
            opening = new Opening(path, FileSource.open(path, LOG::warn), passphrase, settings, stamp, stamps);
            BackupFile backup = opening.open(ahead);
            // One that is still being copied has grown by now.
            opening.file.lookForChange();
            return backup;
        } catch (Throwable e) {
            passphrase.close();
            if (opening != null) {
                opening.close();
            }
            throw e;
        }
    }

    private BackupFile(Opening opened, Catalog catalog, Optional<byte[]> headerText, BackupHeader header, ArchiveStack stack,
            List<Problem> headerProblems) {
        this.opened = opened;
        this.catalog = catalog;
        this.headerText = headerText.map(text -> new MemorySource(Catalog.HEADER, text));
        this.header = header;
        this.stack = stack;
        this.problems = new ArrayList<>(headerProblems);
        headerProblems.forEach(problem -> LOG.warn("{}", problem));
        this.problems.addAll(catalog.problems());
        Optional<byte[]> list = readInventory();
        this.inventoryText = list.map(bytes -> new MemorySource(INVENTORY, bytes));
        this.inventory = list.map(this::parseInventory).orElse(Inventory.EMPTY);
    }

    /** What an open backup owns. */
    private static final class Opening {
        final Path path;
        final FileSource file;
        final ChunkPlaces places;
        final Passphrase passphrase;
        final Workers workers;
        final KeyDerivation keys;
        final PartCache parts;
        final Decoding decoding;
        final Learned learned;
        final Optional<Path> indexDirectory;
        /** What the file was when it was opened. */
        private final Stamp stamp;
        private final Stamp.Source stamps;

        private Optional<Catalog> scanned = Optional.empty();

        Opening(Path path, FileSource file, Passphrase passphrase, Settings settings, Stamp stamp, Stamp.Source stamps)
                throws IOException {
            this.path = path;
            this.file = file;
            this.stamp = stamp;
            this.stamps = stamps;
            this.places = new ChunkPlaces(file);
            this.passphrase = passphrase;
            this.workers = new Workers(settings.threads());
            this.keys = ScheduledKeyDerivation.create(settings.kdfBytes(), settings.threads());
            this.parts = new PartCache(PART_CACHE_BYTES);
            this.learned = new Learned();
            this.indexDirectory = settings.indexDirectory();
            this.decoding = new Decoding(settings, workers.decoding(), learned, file.size());
        }

        BackupFile open(Ahead ahead) throws IOException {
            if (file.size() == 0) {
                throw new NotABackup("the file is empty", Place.of(path.toString()));
            }
            // The index is found by the header, and may know where all else is.
            Optional<Catalog> known = Catalog.headers(file);
            Catalog headers = known.isPresent() ? known.get() : scanned();
            Optional<Member> header = headers.member(Catalog.HEADER);
            Optional<Member> mac = headers.member(Catalog.HEADER_MAC);
            if (header.isEmpty() && mac.isEmpty()) {
                return openWithoutHeader(headers);
            }
            Optional<byte[]> untrustedText = header.isPresent() ? untrusted(header.get()) : Optional.empty();
            return isScrypt(untrustedText, mac)
                    ? openScrypt(untrustedText, mac, ahead)
                    : openHmac(untrustedText, mac);
        }

        /** The members of the file, read once at the most. */
        private Catalog scanned() throws IOException {
            if (scanned.isEmpty()) {
                scanned = Optional.of(Catalog.scan(file));
            }
            return scanned.get();
        }

        /** The members of the file: by the index if it knows the file as it is, else read. */
        private Catalog catalog() throws IOException {
            Optional<Catalog> remembered = scanned.isPresent() ? Optional.empty() : remembered();
            if (remembered.isPresent()) {
                places.remember(remembered.get(), now -> learned.keepLayout(Stamp.NONE, now));
                return remembered.get();
            }
            Catalog catalog = scanned();
            // A file that was being written meanwhile, or another one of its name, is looked at again the next time.
            learned.keepLayout(stamps.of(path).equals(stamp) ? stamp : Stamp.NONE, catalog);
            return catalog;
        }

        private Optional<Catalog> remembered() throws IOException {
            Optional<Layout> layout = learned.layout(stamp);
            if (layout.isEmpty() || !places.isThere(layout.get().members().getLast())) {
                return Optional.empty();
            }
            return Catalog.remembered(file, layout.get().members(), layout.get().print());
        }

        /** What the MAC begins with tells its kind, as upstream has it; the header does, if that is damaged. */
        private boolean isScrypt(Optional<byte[]> untrustedText, Optional<Member> mac) throws IOException {
            if (mac.isPresent() && ScryptHeader.isBegunBy(file.readBytes(mac.get().dataOffset(),
                    (int) Math.min(ScryptHeader.LENGTH, Math.min(mac.get().size(), file.size() - mac.get().dataOffset()))))) {
                return true;
            }
            try {
                return untrustedText.isPresent() && BackupHeader.parse(untrustedText.get()).version() == 4;
            } catch (QbfsException e) {
                return false;
            }
        }

        private BackupFile openScrypt(Optional<byte[]> untrustedText, Optional<Member> mac, Ahead ahead) throws IOException {
            Optional<IndexPlace> place = mac.flatMap(this::indexPlace);
            ScryptHeaderOpening.Found found = new ScryptHeaderOpening(this::scanned, id -> new ScryptChunkOpener(places, id,
                    passphrase, keys, workers.background(), parts, learned))
                    .open(untrustedText, mac, place.filter(IndexPlace::exists).isPresent(), ahead);
            if (place.isPresent() && found.indexKey().isPresent()) {
                learned.open(place.get(), found.indexKey().get(), found.text().orElseThrow());
            }
            return new BackupFile(this, catalog(), found.text(), found.header(),
                    new ScryptStack(found.header(), found.opener(), decoding), found.problems());
        }

        private Optional<IndexPlace> indexPlace(Member mac) {
            if (indexDirectory.isEmpty()) {
                return Optional.empty();
            }
            try {
                Optional<byte[]> bytes = untrusted(mac);
                return bytes.isPresent()
                        ? Optional.of(IndexPlace.of(indexDirectory.get(), bytes.get(), file.size()))
                        : Optional.empty();
            } catch (IOException e) {
                LOG.warn("no index: {}", e.toString());
                return Optional.empty();
            }
        }

        private QbfsException withoutHeader(Catalog catalog) {
            boolean scrypt = catalog.groups().stream().flatMap(group -> group.chunks().stream())
                    .anyMatch(chunk -> chunk.member().name().endsWith(".enc"));
            return scrypt ? lostHeader("the backup ID, without which no chunk can be opened")
                    : new NotABackup("it has no " + Catalog.HEADER, Place.of(path.toString()));
        }

        private TruncatedData lostHeader(String what) {
            return new TruncatedData("the start of the backup is lost: " + Catalog.HEADER + ", " + Catalog.HEADER_MAC
                    + ", and with them " + what, Place.of(path.toString()));
        }

        /** Versions 2 and 3: the MAC is a digest, from which no header can be made again. */
        private BackupFile openHmac(Optional<byte[]> untrustedText, Optional<Member> mac) throws IOException {
            byte[] untrustedHeader = untrustedText.orElseThrow(() -> new TruncatedData("missing or cut off, and "
                    + Catalog.HEADER_MAC + " is only a digest of it, from which it cannot be made again", Place.of(Catalog.HEADER)));
            Member digest = mac.orElseThrow(() -> new TruncatedData("missing, so that nothing in " + Catalog.HEADER
                    + " can be believed", Place.of(Catalog.HEADER_MAC)));
            try {
                BackupHeader untrusted = BackupHeader.parse(untrustedHeader);
                HmacChunkOpener.verify(untrustedHeader, file, digest, passphrase);
                // The MAC was right, so the header is what it says.
                byte[] indexKey = HmacChunkOpener.indexKey(untrusted(digest).orElseThrow(), passphrase);
                indexPlace(digest).ifPresent(index -> learned.open(index, indexKey, untrustedHeader));
                return new BackupFile(this, catalog(), untrustedText, untrusted, hmacStack(untrusted, opener(untrusted)), List.of());
            } catch (CorruptData | UnsupportedFormat | WrongPassphrase e) {
                // What has its right MAC is no damage; nor can that be told where the passphrase fits nothing.
                throw !isAuthentic(untrustedHeader, digest) && isRightPassphrase(scanned()) ? damagedHeader(e) : e;
            }
        }

        private boolean isAuthentic(byte[] message, Member mac) {
            try {
                HmacChunkOpener.verify(message, file, mac, passphrase);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        /** Whether the MAC of the list of VMs fits, by whichever digest. */
        private boolean isRightPassphrase(Catalog catalog) throws IOException {
            Optional<Chunk> list = catalog.group(INVENTORY).map(group -> group.chunks().getFirst()).filter(
                    chunk -> chunk.mac().isPresent() && chunk.member().complete() && chunk.member().size() <= MOST_INVENTORY_BYTES);
            return list.isPresent() && isAuthentic(
                    file.readBytes(list.get().member().dataOffset(), (int) list.get().member().size()),
                    list.get().mac().orElseThrow());
        }

        private static WrongPassphrase damagedHeader(QbfsException why) {
            return new WrongPassphrase("the passphrase is right, since it fits the list of VMs; but " + Catalog.HEADER + " or "
                    + Catalog.HEADER_MAC + " is damaged (" + why.what() + "). In versions 2 and 3 the latter is only a digest, "
                    + "from which the header cannot be made again: it takes another copy of the backup", Place.NONE, why);
        }

        private ArchiveStack hmacStack(BackupHeader header, HmacChunkOpener opener) {
            return header.version() == 3
                    ? new EncryptedStreamStack(header, opener, passphrase, decoding)
                    : new MultiVolumeStack(header, opener, passphrase, decoding);
        }

        private HmacChunkOpener opener(BackupHeader header) throws IOException {
            return new HmacChunkOpener(places, MacAlgorithm.named(header.hmacAlgorithm()), passphrase,
                    workers.background(), parts, learned);
        }

        /** The oldest kind has no header; the list of VMs, with its MAC, comes first. */
        private BackupFile openWithoutHeader(Catalog catalog) throws IOException {
            Chunk first = catalog.group(INVENTORY)
                    .map(group -> group.chunks().getFirst())
                    .filter(chunk -> chunk.mac().isPresent())
                    .orElseThrow(() -> withoutHeader(catalog));
            HmacChunkOpener opener = opener(BackupHeader.NONE);
            try {
                opener.authenticate(first);
            } catch (CorruptData e) {
                throw isRightPassphrase(catalog) ? lostHeader("what it was encrypted with")
                        : new WrongPassphrase("the passphrase does not open the backup", Place.NONE, e);
            }
            return new BackupFile(this, catalog, Optional.of(new byte[0]), BackupHeader.NONE,
                    hmacStack(BackupHeader.NONE, opener), List.of());
        }

        /** The bytes of a small member; nothing if it is cut off or none of ours. */
        private Optional<byte[]> untrusted(Member member) throws IOException {
            return member.complete() && member.size() <= MOST_HEADER_BYTES
                    ? Optional.of(file.readBytes(member.dataOffset(), (int) member.size()))
                    : Optional.empty();
        }

        void close() throws IOException {
            keys.close();
            workers.close();
            learned.close();
            decoding.close();
            // The file before the passphrase: a chunk read to its end after that was wiped would look damaged.
            file.close();
            passphrase.close();
        }
    }

    private Optional<byte[]> readInventory() {
        Optional<FileGroup> group = catalog.group(INVENTORY);
        if (group.isEmpty()) {
            problems.add(new Problem("missing: VMs are shown by number", Place.of(INVENTORY)));
            return Optional.empty();
        }
        try {
            Archive archive = archive(group.get());
            TarEntry entry = archive.first();
            if (entry.type() != TarEntry.Type.FILE || entry.realSize() > MOST_INVENTORY_BYTES) {
                throw new CorruptData("no plain file of a sane size", Place.of(INVENTORY));
            }
            return Optional.of(archive.contents(entry, INVENTORY).readBytes(0, (int) entry.realSize()));
        } catch (IOException e) {
            return damagedInventory(e);
        }
    }

    private Inventory parseInventory(byte[] text) {
        try {
            return Inventory.parse(text);
        } catch (QbfsException e) {
            damagedInventory(e);
            return Inventory.EMPTY;
        }
    }

    private Optional<byte[]> damagedInventory(IOException e) {
        LOG.warn("{}: {}; VMs are shown by number", INVENTORY, e.getMessage());
        problems.add(new Problem(e.getMessage() + "; VMs are shown by number", Place.of(INVENTORY)));
        return Optional.empty();
    }

    /** The file on disk. */
    public Path path() {
        return opened.path;
    }

    /** What the outer file holds. */
    public Catalog catalog() {
        return catalog;
    }

    /** The header, authenticated. */
    public BackupHeader header() {
        return header;
    }

    /** The header's text; nothing if it is damaged and could not be authenticated. */
    public Optional<ByteSource> headerText() {
        return headerText;
    }

    /** The VMs; none if the list is lost. */
    public Inventory inventory() {
        return inventory;
    }

    /** The text that lists the VMs. */
    public Optional<ByteSource> inventoryText() {
        return inventoryText;
    }

    /** What is known to be wrong with the backup. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** The archive of {@code group}. Reads nothing yet. */
    public Archive archive(FileGroup group) {
        return archives.computeIfAbsent(group.path(), path -> new Archive(group, () -> stack.archive(group),
                opened.learned, activity));
    }

    /**
     * Makes sure that {@code chunk} has been authenticated, which costs its key and a pass over it the first time.
     *
     * @return false if it was wrong at first, and right when it was read again: the medium or memory is unstable
     * @throws CorruptData if it is not authentic
     * @throws org.qbfs.error.TruncatedData if it is not whole
     */
    public boolean authenticate(Chunk chunk) throws IOException {
        return stack.opener().authenticate(chunk);
    }

    /** Has {@code chunk} made ready in the background, behind all that somebody waits for. */
    CompletableFuture<Void> learn(Chunk chunk) {
        return stack.opener().learn(chunk);
    }

    /** When somebody read last. */
    ReadActivity activity() {
        return activity;
    }

    /** How large the index is that keeps what was learned, in bytes; 0 if there is none. */
    public long indexSize() {
        return opened.learned.indexSize();
    }

    /** Has {@code chunk} made ready in the background. Returns at once. */
    public void prepare(Chunk chunk) {
        stack.opener().prepare(chunk);
    }

    /** Says that the archives of {@code groups} will be opened soon. Returns at once. */
    public void prepare(List<FileGroup> groups) {
        // What an archive is stands in its first chunk, unless the index has it.
        groups.stream().filter(group -> !opened.learned.hasEntries(group.path())).forEach(group -> group.chunks().stream().limit(1).forEach(this::prepare));
    }

    /** Ends what is under way, and closes the file: reads that are under way fail. */
    @Override
    public void close() throws IOException {
        opened.close();
    }
}
