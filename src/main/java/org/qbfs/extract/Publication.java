// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qbfs.extract.Temporaries.Temporary;

/**
 * Gives finished files their names, once the medium has their data. Waiting for the medium takes as long for one small file
 * as for a thousand, so small ones gather here under their temporary names; one syncfs(2) is for all, and then they are
 * renamed. Never is one renamed before. For one thread.
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
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<TargetDirectory> left = new ArrayList<>();
    /**
     * A descriptor of each file system, opened before anything was written to it: such a one is told of all errors.
     */
    private final Map<FileSystem, TargetDirectory> fileSystems = new HashMap<>();
    private long bytes;

    /** A finished file; {@code item} is what it is a part of. */
    private record Waiting(TargetDirectory directory, Temporary temporary, String name, String item) {}

    /** Is told what could not get its name. */
    interface Listener {
        void failed(String item, TargetError why);
    }

    /**
     * Publishes files.
     *
     * @param replace replace files that are there
     */
    Publication(boolean replace, Listener listener) {
        this.replace = replace;
        this.listener = listener;
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
            out.sync();
            out.publish(replace);
            return;
        }
        waiting.add(new Waiting(directory, out.handOver(), out.name(), item));
        bytes += size;
        if (waiting.size() >= MOST_FILES || bytes >= MOST_BYTES) {
            flush();
        }
    }

    /** Takes over {@code directory}, in which no more files will be made: it is closed when its files have names. */
    void leave(TargetDirectory directory) throws TargetError {
        left.add(directory);
        if (left.size() >= MOST_DIRECTORIES) {
            flush();
        }
    }

    /**
     * Publishes all that wait.
     *
     * @throws TargetError if the medium does not take them, or if nothing more can be published
     */
    void flush() throws TargetError {
        if (!waiting.isEmpty()) {
            sync();
        }
        for (Waiting file : waiting) {
            try {
                file.directory().publish(file.temporary(), file.name(), replace);
            } catch (TargetError e) {
                if (e.endsAll()) {
                    throw e;
                }
                file.directory().remove(file.temporary());
                listener.failed(file.item(), e);
            }
        }
        waiting.clear();
        bytes = 0;
        closeLeft();
    }

    /** Waits until the media have all data and names. */
    void sync() throws TargetError {
        for (TargetDirectory directory : fileSystems.values()) {
            directory.sync();
        }
    }

    private void closeLeft() {
        left.forEach(TargetDirectory::close);
        left.clear();
    }

    /** Removes what has no name. */
    @Override
    public void close() {
        waiting.forEach(file -> file.directory().remove(file.temporary()));
        closeLeft();
        fileSystems.values().forEach(TargetDirectory::close);
    }
}
