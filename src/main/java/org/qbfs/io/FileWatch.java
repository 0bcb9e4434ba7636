// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Notices what happens to a file while it is open, and tells each kind of change once. It tells, and decides nothing:
 * whether bytes are right is for those to say who know their hashes. Safe for many threads.
 */
final class FileWatch {
    /** A look costs two system calls; so much time lies between two. */
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final FileChannel channel;
    private final BasicFileAttributes opened;
    private final Consumer<String> listener;
    /** When the next look is due, on the clock of {@link System#nanoTime}. */
    private final AtomicLong due = new AtomicLong(System.nanoTime() + INTERVAL_NANOS);
    /** Guarded by this. */
    private final Set<Change> told = EnumSet.noneOf(Change.class);

    private enum Change { SHORTER, LONGER, WRITTEN, REPLACED, REMOVED }

    /**
     * Watches {@code file}, an absolute path, which {@code channel} has open.
     *
     * @param opened what it was when it was opened
     * @param listener is told of changes, in a line for a log
     */
    FileWatch(Path file, FileChannel channel, BasicFileAttributes opened, Consumer<String> listener) {
        this.file = file;
        this.channel = channel;
        this.opened = opened;
        this.listener = listener;
    }

    /** Looks, if the last look is a while ago. */
    void look() {
        long now = System.nanoTime();
        long planned = due.get();
        if (now - planned >= 0 && due.compareAndSet(planned, now + INTERVAL_NANOS)) {
            lookNow();
        }
    }

    /** Looks. */
    synchronized void lookNow() {
        try {
            long size = channel.size();
            if (size < opened.size()) {
                tell(Change.SHORTER, "it has " + size + " bytes now, and had " + opened.size() + " when it was opened; what "
                        + "lies behind cannot be read. End this, and open a whole copy of it");
            } else if (size > opened.size()) {
                tell(Change.LONGER, "it has grown from " + opened.size() + " to " + size + " bytes. If it is still being "
                        + "copied, wait until that is done, and open it again: what is added now is not seen");
            }
            lookAtName(size == opened.size());
        } catch (IOException e) {
            // Closed, or the medium is gone: whoever reads is told.
        }
    }

    private void lookAtName(boolean sameSize) throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            tell(Change.REMOVED, "it was removed, renamed, or its medium was taken away. As long as that is possible, the file "
                    + "that was opened is read");
            return;
        }
        if (!Objects.equals(now.fileKey(), opened.fileKey())) {
            tell(Change.REPLACED, "another file has its name now. The one that was opened is read; open it again to see the other");
        } else if (sameSize && !now.lastModifiedTime().equals(opened.lastModifiedTime())) {
            tell(Change.WRITTEN, "it was written to, or only its time was changed. All that is read is checked, so it is right, "
                    + "or an error; if there are errors, open a copy that nobody writes to");
        }
    }

    private void tell(Change change, String how) {
        if (told.add(change)) {
            listener.accept("the backup file changed while it is in use: " + how);
        }
    }
}
