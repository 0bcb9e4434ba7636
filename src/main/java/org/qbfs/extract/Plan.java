// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qbfs.error.QbfsException;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;

/**
 * What is to be extracted, in the order of the tree. Immutable.
 *
 * @param items each behind the directory that it lies in
 * @param failures what is in the tree and cannot be read at all, and directories of which a part is lost
 */
public record Plan(List<Item> items, List<Failure> failures) {
    /** The block in which space is taken. */
    private static final int BLOCK = 4096;

    /** Copies the lists. */
    public Plan {
        items = List.copyOf(items);
        failures = List.copyOf(failures);
    }

    /**
     * One node of the tree and where it goes.
     *
     * @param path its parts below the target
     * @param node what it is
     * @param sameAs the path of an item before it that is the same file, for a hard link
     */
    public record Item(List<String> path, Node node, Optional<List<String>> sameAs) {
        /** Copies {@code path}. */
        public Item {
            path = List.copyOf(path);
        }

        /** Bytes that it takes on disk, without holes; none for another name of a file before it. */
        long allocatedBytes() {
            long own = node() instanceof RegularFile file && sameAs().isEmpty() ? file.attributes().allocated() : 0;
            return (own + BLOCK - 1) / BLOCK * BLOCK;
        }

        /** Its path as text. */
        public String name() {
            return String.join("/", path);
        }
    }

    /**
     * Something that could not be extracted.
     *
     * @param path its path in the tree
     * @param why the error
     */
    public record Failure(String path, IOException why) {}

    /**
     * Walks {@code tree} from each of {@code paths}; the empty path stands for all. Costs the first chunk of every
     * file, and decoding of directories that lie in archives.
     *
     * @throws FileNotFoundException if a path is not in the tree
     */
    public static Plan of(BackupTree tree, List<String> paths) throws IOException {
        Walk walk = new Walk();
        for (String path : paths) {
            walk.from(tree.root(), path);
        }
        return new Plan(walk.items, walk.failures);
    }

    /** Bytes that the files take on disk, without their holes. */
    public long allocatedBytes() {
        return items.stream().mapToLong(Item::allocatedBytes).sum();
    }

    /** Bytes that are read: the data of the files, without their holes. */
    public long dataBytes() {
        return items.stream().filter(item -> item.sameAs().isEmpty()).map(Item::node)
                .mapToLong(node -> node instanceof RegularFile file ? file.attributes().allocated() : 0).sum();
    }

    private static final class Walk {
        final List<Item> items = new ArrayList<>();
        final List<Failure> failures = new ArrayList<>();
        private final Set<List<String>> seen = new LinkedHashSet<>();
        private final Map<Long, List<String>> files = new HashMap<>();

        void from(Directory root, String path) throws IOException {
            Node at = root;
            List<String> parts = new ArrayList<>();
            for (String part : BackupTree.parts(path)) {
                if (!parts.isEmpty()) {
                    add(parts, at);
                }
                Optional<Node> next = at instanceof Directory directory ? directory.child(part) : Optional.empty();
                at = next.orElseThrow(() -> new FileNotFoundException(path + ": no such file in the backup"));
                parts.add(part);
            }
            below(parts, at);
        }

        private void below(List<String> parts, Node node) throws IOException {
            if (!parts.isEmpty()) {
                add(parts, node);
            }
            if (!(node instanceof Directory directory)) {
                return;
            }
            String name = String.join("/", parts);
            Set<String> names;
            try {
                directory.prepare();
                names = directory.names();
                for (QbfsException damage : directory.damage()) {
                    failures.add(new Failure(name, damage));
                }
            } catch (QbfsException e) {
                failures.add(new Failure(name, e));
                return;
            }
            // All keys are asked for before the first one is waited for.
            for (String child : names) {
                if (parts.isEmpty() && directory.child(child).orElseThrow() instanceof Directory vm) {
                    vm.prepare();
                }
            }
            for (String child : names) {
                List<String> path = new ArrayList<>(parts);
                path.add(child);
                try {
                    below(path, directory.child(child).orElseThrow());
                } catch (QbfsException e) {
                    failures.add(new Failure(String.join("/", path), e));
                }
            }
        }

        private void add(List<String> parts, Node node) {
            List<String> path = List.copyOf(parts);
            if (!seen.add(path)) {
                return;
            }
            List<String> first = switch (node) {
                case RegularFile file -> files.putIfAbsent(file.attributes().inode(), path);
                case SymbolicLink link -> null;
                case Directory directory -> null;
            };
            items.add(new Item(path, node, Optional.ofNullable(first)));
        }
    }
}
