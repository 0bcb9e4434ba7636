// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.ChunkPlaces;
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
import org.qbfs.io.FileSource;
import org.qbfs.openssl.MacAlgorithm;
import org.qbfs.scrypt.KeyDerivation;
import org.qbfs.scrypt.ScheduledKeyDerivation;
import org.qbfs.scrypt.ScryptHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one backup file: finds and authenticates its header, and where everything lies. Owns what an open backup takes: the
 * file, the threads, the keys and the caches, until {@link #close}. For one thread.
 */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
    private static final int MOST_HEADER_BYTES = 64 << 10;
    private static final long PART_CACHE_BYTES = 16L << 20;

    final Path path;
    final FileSource file;
    private final ChunkPlaces places;
    private final Passphrase passphrase;
    private final Workers workers;
    private final KeyDerivation keys;
    private final PartCache parts;
    private final Decoding decoding;
    final Learned learned;
    private final Optional<Path> indexDirectory;
    /** What the file was when it was opened. */
    private final Stamp stamp;
    private final Stamp.Source stamps;

    private Optional<Catalog> scanned = Optional.empty();

    /**
     * What was found.
     *
     * @param catalog where everything lies
     * @param headerText the header's bytes; nothing if they could not be authenticated
     * @param header what it says, authenticated
     * @param stack gives the archives
     * @param headerProblems what is wrong with the members of the header
     */
    record Opened(Catalog catalog, Optional<byte[]> headerText, BackupHeader header, ArchiveStack stack,
            List<Problem> headerProblems) {}

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

    Opened open(Ahead ahead) throws IOException {
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

    private Opened openScrypt(Optional<byte[]> untrustedText, Optional<Member> mac, Ahead ahead) throws IOException {
        Optional<IndexPlace> place = mac.flatMap(this::indexPlace);
        ScryptHeaderOpening.Found found = new ScryptHeaderOpening(this::scanned, id -> new ScryptChunkOpener(places, id,
                passphrase, keys, workers.background(), parts, learned))
                .open(untrustedText, mac, place.filter(IndexPlace::exists).isPresent(), ahead);
        if (place.isPresent() && found.indexKey().isPresent()) {
            learned.open(place.get(), found.indexKey().get(), found.text().orElseThrow());
        }
        return new Opened(catalog(), found.text(), found.header(),
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
    private Opened openHmac(Optional<byte[]> untrustedText, Optional<Member> mac) throws IOException {
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
            return new Opened(catalog(), untrustedText, untrusted, hmacStack(untrusted, opener(untrusted)), List.of());
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
        Optional<Chunk> list = catalog.group(BackupFile.INVENTORY).map(group -> group.chunks().getFirst()).filter(
                chunk -> chunk.mac().isPresent() && chunk.member().complete() && chunk.member().size() <= BackupFile.MOST_INVENTORY_BYTES);
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
    private Opened openWithoutHeader(Catalog catalog) throws IOException {
        Chunk first = catalog.group(BackupFile.INVENTORY)
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
        return new Opened(catalog, Optional.of(new byte[0]), BackupHeader.NONE,
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
