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
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Passphrase;
import org.qbfs.backup.Problem;
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
    static final int MOST_INVENTORY_BYTES = 16 << 20;

    private final Opening opening;
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
            BackupFile backup = new BackupFile(opening, opening.open(ahead));
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

    private BackupFile(Opening opening, Opening.Opened opened) {
        this.opening = opening;
        this.catalog = opened.catalog();
        this.headerText = opened.headerText().map(text -> new MemorySource(Catalog.HEADER, text));
        this.header = opened.header();
        this.stack = opened.stack();
        this.problems = new ArrayList<>(opened.headerProblems());
        opened.headerProblems().forEach(problem -> LOG.warn("{}", problem));
        this.problems.addAll(catalog.problems());
        Optional<byte[]> list = readInventory();
        this.inventoryText = list.map(bytes -> new MemorySource(INVENTORY, bytes));
        this.inventory = list.map(this::parseInventory).orElse(Inventory.EMPTY);
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
        return opening.path;
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
                opening.learned, activity));
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
        return opening.learned.indexSize();
    }

    /** Has {@code chunk} made ready in the background. Returns at once. */
    public void prepare(Chunk chunk) {
        stack.opener().prepare(chunk);
    }

    /** Says that the archives of {@code groups} will be opened soon. Returns at once. */
    public void prepare(List<FileGroup> groups) {
        // What an archive is stands in its first chunk, unless the index has it.
        groups.stream()
                .filter(group -> !opening.learned.hasEntries(group.path()))
                .forEach(group -> group.chunks().stream().limit(1).forEach(this::prepare));
    }

    /** Ends what is under way, and closes the file: reads that are under way fail. */
    @Override
    public void close() throws IOException {
        opening.close();
    }
}
