// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.FileGroup;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarEntry;
import org.qbfs.volume.Archive;
import org.qbfs.volume.BackupFile;

/**
 * The tree of one backup: a directory for each VM, dom0's home under {@code dom0}, and the backup's own
 * header and list of VMs. Safe for many threads.
 */
public final class BackupTree {
    private static final int OPEN = 0555;

    private final Nodes nodes = new Nodes();
    private final BackupFile backup;
    private final Instant written;
    private final Directory root;

    /** Makes the tree of {@code backup}, which stays the caller's. Reads nothing yet. */
    public static BackupTree of(BackupFile backup) throws IOException {
        return new BackupTree(backup, Files.getLastModifiedTime(backup.path()).toInstant());
    }

    private BackupTree(BackupFile backup, Instant written) throws IOException {
        this.backup = backup;
        this.written = written;
        Map<String, Lazy<Node>> top = new TreeMap<>();
        for (Map.Entry<String, Map<String, FileGroup>> vm : VmPaths.of(backup).entrySet()) {
            top.put(vm.getKey(), Lazy.of(vmDirectory(vm.getKey(), vm.getValue())));
        }
        if (backup.headerText().isPresent()) {
            top.put(Catalog.HEADER, Lazy.of(text(Catalog.HEADER, backup.headerText().get())));
        }
        if (backup.inventoryText().isPresent()) {
            top.put(BackupFile.INVENTORY, Lazy.of(text(BackupFile.INVENTORY, backup.inventoryText().get())));
        }
        this.root = nodes.directory(OPEN, written, Lazy.of(Directory.Contents.of(top)), () -> {});
    }

    /** The top. */
    public Directory root() {
        return root;
    }

    /**
     * What is at {@code path}: parts joined by slashes, from the top; the empty path is the top. Costs what
     * {@link Directory#child} costs on the way.
     */
    public Optional<Node> find(String path) throws IOException {
        Node at = root;
        for (String part : parts(path)) {
            Optional<Node> next = at instanceof Directory directory ? directory.child(part) : Optional.empty();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
        }
        return Optional.of(at);
    }

    /** The parts of a path of the tree: without empty ones, and those that stay where they are. */
    public static List<String> parts(String path) {
        return Stream.of(path.split("/")).filter(part -> !part.isEmpty() && !part.equals(".")).toList();
    }

    private RegularFile text(String name, ByteSource contents) throws IOException {
        return nodes.text("/" + name, OPEN, written, contents);
    }

    /** A directory of file groups by their paths below it; some hold whole directories. */
    private Directory vmDirectory(String path, Map<String, FileGroup> groups) {
        Map<String, Map<String, FileGroup>> deeper = new TreeMap<>();
        List<FileGroup> whole = new ArrayList<>();
        Map<String, Lazy<Node>> children = new TreeMap<>();
        groups.forEach((below, group) -> {
            int slash = below.indexOf('/');
            if (below.isEmpty()) {
                whole.add(group);
            } else if (slash < 0) {
                children.put(below, new Lazy<>(() -> placed(group, "/" + path + "/" + below)));
            } else {
                deeper.computeIfAbsent(below.substring(0, slash), name -> new LinkedHashMap<>())
                        .put(below.substring(slash + 1), group);
            }
        });
        deeper.forEach((name, inside) -> children.putIfAbsent(name, Lazy.of(vmDirectory(path + "/" + name, inside))));
        Lazy<Directory.Contents> all = whole.isEmpty() ? Lazy.of(Directory.Contents.of(children)) : new Lazy<>(() -> {
            Map<String, Lazy<Node>> merged = new TreeMap<>(children);
            List<QbfsException> damage = new ArrayList<>();
            for (FileGroup group : whole) {
                Directory directory = new ArchiveTree(nodes, backup.archive(group), "/" + path).directory();
                directory.contents().children().forEach(merged::putIfAbsent);
                damage.addAll(directory.contents().damage());
            }
            return new Directory.Contents(merged, List.copyOf(damage));
        });
        return nodes.directory(OPEN, written, all, () -> backup.prepare(List.copyOf(groups.values())));
    }

    private Node placed(FileGroup group, String path) throws IOException {
        try {
            return node(group, path);
        } catch (QbfsException e) {
            throw e.within(Place.of(path));
        }
    }

    /** What {@code group} holds: a file, a link, or a directory. */
    private Node node(FileGroup group, String path) throws IOException {
        Archive archive = backup.archive(group);
        if (!archive.isOneFile()) {
            return new ArchiveTree(nodes, archive, path).directory();
        }
        TarEntry first = archive.first();
        return first.type() == TarEntry.Type.FILE
                ? nodes.file(path, archive, first, 1)
                : nodes.link(archive.targetOf(first), first.modified());
    }
}
