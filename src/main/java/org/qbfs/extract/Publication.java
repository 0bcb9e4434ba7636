// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.qbfs.extract.Temporaries.Temporary;

/**
 * Gives finished files their names, once the medium has their data. Waiting for the medium takes as long for one small file
 * as for a thousand, so small ones gather here under their temporary names; one syncfs(2) is for all, and then they are
 * renamed. Never is one renamed before. A medium tells once that it did not take data, and not of which files: from then on
 * nothing is published. For one thread.
 */
final class Publication implements Closeable {
    /** Larger files wait for nobody. */
    private static final long SMALL = 4 << 20;
    private static final long MOST_BYTES = 64 << 20;
    private static final int MOST_FILES = 1000;
    /** They stay open until their files have names. */
    private static final int MOST_DIRECTORIES = 200;

    private final boolean replace;
    private final Listener listener;
    private final Medium medium;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final List<TargetDirectory> left = new ArrayList<>();
    /**
     * A descriptor of each file system, opened before anything was written to it: such a one is told of all errors.
     */
    private final Map<FileSystem, TargetDirectory> fileSystems = new HashMap<>();
    /** Of all that waits. */
    private long bytes;
    /** That a medium did not take data, once it has said so. */
    private Optional<TargetError> refusal = Optional.empty();

    /** A finished file of {@code size} bytes; {@code item} is what it is a part of. */
    private record Waiting(TargetDirectory directory, Temporary temporary, String name, long size, String item) {}

    /** Is told what could not get its name. */
    interface Listener {
        void failed(String item, TargetError why);
    }

    /** What the files of a file system lie on. */
    interface Medium {
        /**
         * Waits until it has all data and names of the file system of {@code directory}.
         *
         * @throws TargetError if it has not taken something that was written since {@code directory} was opened; said once
         */
        void sync(TargetDirectory directory) throws TargetError;
    }

    /**
     * Publishes files.
     *
     * @param replace replace files that are there
     */
    Publication(boolean replace, Listener listener, Medium medium) {
        this.replace = replace;
        this.listener = listener;
        this.medium = medium;
    }

    /** Files are about to be made in {@code directory}. */
    void enter(TargetDirectory directory) throws TargetError {
        if (!fileSystems.containsKey(directory.fileSystem())) {
            fileSystems.put(directory.fileSystem(), directory.again());
        }
    }

    /** Publishes {@code out}, which is finished and of {@code size} bytes, now or with others. */
    void publish(TargetDirectory directory, OutputFile out, long size, String item) throws TargetError {
        if (size > SMALL || !directory.fileSystem().syncsAsAWhole()) {
            publishNow(out);
            return;
        }
        waiting.add(new Waiting(directory, out.handOver(), out.name(), size, item));
        bytes += size;
        if (waiting.size() >= MOST_FILES || bytes >= MOST_BYTES) {
            flush();
        }
    }

    /** Publishes {@code out}, which is finished, before this returns. */
    void publishNow(OutputFile out) throws TargetError {
        requireMedium();
        try {
            out.sync();
        } catch (TargetError e) {
            throw refused(e);
        }
        out.publish(replace);
    }

    /** Takes over {@code directory}, in which no more files will be made: it is closed when its files have names. */
    void leave(TargetDirectory directory) throws TargetError {
        left.add(directory);
        if (left.size() >= MOST_DIRECTORIES) {
            flush();
        }
    }

    /**
     * Publishes all that wait. After an error the others may be published by another call, unless the medium did not
     * take them: then they are removed, and every further call fails with the same error.
     *
     * @throws TargetError if the medium does not take them, or if nothing more can be published
     */
    void flush() throws TargetError {
        requireMedium();
        if (!waiting.isEmpty()) {
            sync();
        }
        while (!waiting.isEmpty()) {
            Waiting file = waiting.remove();
            bytes -= file.size();
            try {
                file.directory().publish(file.temporary(), file.name(), replace);
            } catch (TargetError e) {
                file.directory().remove(file.temporary());
                if (e.endsAll()) {
                    throw e;
                }
                listener.failed(file.item(), e);
            }
        }
        closeLeft();
    }

    /** Waits until the media have all data and names. */
    void sync() throws TargetError {
        requireMedium();
        for (TargetDirectory directory : fileSystems.values()) {
            try {
                medium.sync(directory);
            } catch (TargetError e) {
                throw refused(e);
            }
        }
    }

    private void requireMedium() throws TargetError {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    /** Has nothing published any more: what waits may be what the medium did not take. */
    private TargetError refused(TargetError why) {
        TargetError error = why.notOnMedium(waiting.size(), bytes);
        refusal = Optional.of(error);
        removeWaiting();
        return error;
    }

    private void removeWaiting() {
        waiting.forEach(file -> file.directory().remove(file.temporary()));
        waiting.clear();
        bytes = 0;
    }

    private void closeLeft() {
        left.forEach(TargetDirectory::close);
        left.clear();
    }

    /** Removes what has no name. */
    @Override
    public void close() {
        removeWaiting();
        closeLeft();
        fileSystems.values().forEach(TargetDirectory::close);
    }
}
