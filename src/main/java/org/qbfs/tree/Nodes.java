// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarEntry;
import org.qbfs.volume.Archive;

/** Makes nodes with masked modes and inode numbers of their own. Safe for many threads. */
final class Nodes {
    private static final int DIRECTORY_SIZE = 4096;
    private static final int READ = 0444;
    private static final int READ_AND_SEARCH = 0555;
    private static final int LINK = 0777;
    /** The owner is who mounted, and may always read; the archive's owner was somebody else. */
    private static final int OWNER_READ = 0400;
    private static final int OWNER_READ_AND_SEARCH = 0500;

    private final AtomicLong lastInode = new AtomicLong();

    Directory directory(int mode, Instant modified, Lazy<Directory.Contents> contents, Runnable prepare) {
        return new Directory(new Attributes(lastInode.incrementAndGet(), mode & READ_AND_SEARCH | OWNER_READ_AND_SEARCH,
                DIRECTORY_SIZE, 0, modified, 2), contents, prepare);
    }

    RegularFile file(String name, Archive archive, TarEntry entry, int links) {
        long allocated = entry.sparse().isPresent() ? entry.sparse().get().storedSize() : entry.realSize();
        return new RegularFile(attributes(entry.mode(), entry.realSize(), allocated, entry.modified(), links),
                new PlacedSource(name, archive.contents(entry, name)), entry.sparse(), () -> archive.inferredFrom(entry));
    }

    RegularFile text(String name, int mode, Instant modified, ByteSource contents) throws IOException {
        return new RegularFile(attributes(mode, contents.size(), contents.size(), modified, 1), new PlacedSource(name, contents),
                Optional.empty(), OptionalLong::empty);
    }

    private Attributes attributes(int mode, long size, long allocated, Instant modified, int links) {
        return new Attributes(lastInode.incrementAndGet(), mode & READ | OWNER_READ, size, allocated, modified, links);
    }

    SymbolicLink link(String target, Instant modified) {
        // Linux reads as many bytes of a link as its size says.
        int size = target.getBytes(StandardCharsets.UTF_8).length;
        return new SymbolicLink(new Attributes(lastInode.incrementAndGet(), LINK, size, 0, modified, 1), target);
    }
}
