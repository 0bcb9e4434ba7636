// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.Printable;
import org.qbfs.error.QbfsException;
import org.qbfs.tar.TarEntry;
import org.qbfs.volume.Archive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tree of an archive's entries, as extracting them one by one would: a later entry takes the place
 * of an earlier one of the same path, directories that are not archived are made, devices and pipes are
 * left out.
 */
final class ArchiveTree {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveTree.class);
    private static final int MADE_DIRECTORY_MODE = 0555;
    /** The kernel refuses a whole directory in which one name is longer (FUSE_NAME_MAX in fs/fuse/fuse_i.h). */
    private static final int LONGEST_NAME = 1024;

    private final Nodes nodes;
    private final Archive archive;
    private final String path;
    private final DirectoryDraft top = new DirectoryDraft();

    /** What a path of the tree will be. */
    private sealed interface Draft permits DirectoryDraft, FileDraft, LinkDraft, LostDraft {}

    private static final class DirectoryDraft implements Draft {
        final Map<String, Draft> children = new TreeMap<>();
        int mode = MADE_DIRECTORY_MODE;
        Instant modified = Instant.EPOCH;
    }

    private static final class FileDraft implements Draft {
        final TarEntry entry;
        int links = 1;

        FileDraft(TarEntry entry) {
            this.entry = entry;
        }
    }

    private record LinkDraft(TarEntry entry) implements Draft {}

    /** A hard link to something that is not in the archive. */
    private record LostDraft(String target) implements Draft {}

    /** Starts a tree of {@code archive} that will be seen at {@code path}. */
    ArchiveTree(Nodes nodes, Archive archive, String path) {
        this.nodes = nodes;
        this.archive = archive;
        this.path = path;
    }

    /** The directory that the archive holds. Costs decoding the whole archive. */
    Directory directory() throws IOException {
        Archive.Listing listing = archive.list();
        listing.damage().ifPresent(damage -> LOG.warn("{}: what lies behind this damage is not shown: {}", Printable.of(path),
                damage.getMessage()));
        for (TarEntry entry : listing.entries()) {
            add(entry);
        }
        return build(listing.damage().stream().toList());
    }

    private void add(TarEntry entry) throws CorruptData {
        List<String> parts = archive.pathOf(entry);
        if (parts.stream().anyMatch(part -> part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME)) {
            LOG.warn("{}: left out, since Linux takes no such long name: {}", Printable.of(path), Printable.of(entry.name()));
            return;
        }
        Draft draft = draft(entry);
        if (draft == null) {
            return;
        }
        if (parts.isEmpty()) {
            if (draft instanceof DirectoryDraft) {
                describe(top, entry);
            }
            return;
        }
        DirectoryDraft parent = top;
        for (String part : parts.subList(0, parts.size() - 1)) {
            Draft next = parent.children.get(part);
            if (!(next instanceof DirectoryDraft)) {
                next = new DirectoryDraft();
                parent.children.put(part, next);
            }
            parent = (DirectoryDraft) next;
        }
        Draft old = parent.children.get(parts.getLast());
        if (old instanceof DirectoryDraft directory && draft instanceof DirectoryDraft) {
            describe(directory, entry);
        } else {
            parent.children.put(parts.getLast(), draft);
        }
    }

    private Draft draft(TarEntry entry) {
        return switch (entry.type()) {
            case DIRECTORY -> {
                DirectoryDraft directory = new DirectoryDraft();
                describe(directory, entry);
                yield directory;
            }
            case FILE -> new FileDraft(entry);
            case SYMLINK -> new LinkDraft(entry);
            case HARD_LINK -> target(entry);
            case CONTINUATION, OTHER -> null;
        };
    }

    private Draft target(TarEntry entry) {
        Draft found = find(entry.linkTarget());
        if (found instanceof FileDraft file) {
            file.links++;
            return file;
        }
        return found instanceof LinkDraft ? found : new LostDraft(entry.linkTarget());
    }

    private Draft find(String name) {
        Draft at = top;
        try {
            for (String part : archive.pathOf(name)) {
                at = at instanceof DirectoryDraft directory ? directory.children.get(part) : null;
            }
            return at;
        } catch (CorruptData e) {
            return null;
        }
    }

    private static void describe(DirectoryDraft directory, TarEntry entry) {
        directory.mode = entry.mode();
        directory.modified = entry.modified();
    }

    /** A directory whose children are still to be made. */
    private record Pending(DirectoryDraft draft, String at, Map<String, Lazy<Node>> children) {}

    /** Level by level and not by recursion, since an archive may be as deep as a path is long. */
    private Directory build(List<QbfsException> damage) {
        // The node of each draft is made once, so that hard links share it.
        Map<Draft, Node> made = new HashMap<>();
        Deque<Pending> pending = new ArrayDeque<>();
        Directory whole = directory(top, path, damage, pending);
        while (!pending.isEmpty()) {
            Pending here = pending.remove();
            here.draft().children.forEach((name, child) ->
                    here.children().put(name, child(child, here.at() + "/" + name, made, pending)));
        }
        return whole;
    }

    private Directory directory(DirectoryDraft draft, String at, List<QbfsException> damage, Deque<Pending> pending) {
        Map<String, Lazy<Node>> children = new TreeMap<>();
        pending.add(new Pending(draft, at, children));
        return nodes.directory(draft.mode, draft.modified, Lazy.of(new Directory.Contents(children, damage)), () -> {});
    }

    private Lazy<Node> child(Draft draft, String at, Map<Draft, Node> made, Deque<Pending> pending) {
        return switch (draft) {
            case DirectoryDraft directory -> Lazy.of(directory(directory, at, List.of(), pending));
            case FileDraft file -> Lazy.of(made.computeIfAbsent(file,
                    key -> nodes.file(at, archive, file.entry, file.links)));
            case LinkDraft link -> Lazy.of(made.computeIfAbsent(link, key -> nodes.link(archive.targetOf(link.entry()), link.entry().modified())));
            case LostDraft lost -> new Lazy<>(() -> {
                throw new CorruptData("a hard link to \"" + lost.target() + "\", which the archive does not hold",
                        Place.of(at));
            });
        };
    }
}
