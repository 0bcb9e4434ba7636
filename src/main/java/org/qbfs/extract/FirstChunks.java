// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.tree.VmPaths;
import org.qbfs.volume.Ahead;
import org.qbfs.volume.BackupFile;

/**
 * Asks for the keys of the chunks that an extraction will need first, all at once: the key derivation is much faster for
 * several than for one after the other, and reading asks for the next ones only when it has begun.
 */
public final class FirstChunks {
    /** Further ones are asked for by whoever reads forward. */
    private static final int MOST = 8;

    /** Stands for everything in the list of paths. */
    private static final String ALL = "";
    /** As many as the key derivation steps at once on one thread. */
    private static final int MOST_OF_ALL = 16;
    private static final Set<String> TEXTS = Set.of(BackupFile.INVENTORY, Catalog.HEADER);

    private FirstChunks() {}

    /**
     * Asks for all chunks that {@code paths} may mean, whatever the VMs' names are, if they are few: then everything is
     * there when the list of VMs is.
     */
    public static Ahead guess(List<String> paths) {
        List<String> inVms = paths.stream().filter(path -> !TEXTS.contains(path)).toList();
        int most = paths.contains(ALL) ? MOST_OF_ALL : MOST;
        return (untrusted, opener) -> {
            List<Chunk> chunks = untrusted.groups().stream()
                    .filter(group -> inVms.stream().anyMatch(path -> mayHold(group.path(), path)))
                    .flatMap(group -> group.chunks().stream())
                    .limit(most + 1)
                    .toList();
            if (chunks.size() <= most) {
                chunks.forEach(opener::hurry);
            }
        };
    }

    /** Asks for all chunks, if they are few. */
    public static Ahead guessAll() {
        return guess(List.of(ALL));
    }

    /** Whether {@code path} may mean something in {@code group}, if its VM is the right one. */
    static boolean mayHold(String group, String path) {
        return !group.equals(BackupFile.INVENTORY) && overlaps(withoutVm(path), withoutVm(group));
    }

    /** Without its first name. */
    private static String withoutVm(String path) {
        String whole = trimmed(path);
        return whole.substring(whole.indexOf('/') + 1);
    }

    /** Has the first chunks of what lies at or below {@code paths} made ready. Returns at once. */
    public static void prepare(BackupFile backup, List<String> paths) {
        List<FileGroup> wanted = new ArrayList<>();
        VmPaths.of(backup).forEach((vm, groups) -> groups.forEach((below, group) -> {
            if (paths.stream().anyMatch(path -> overlaps(path, vm + "/" + below))) {
                wanted.add(group);
            }
        }));
        // Of every file the first one, which tells what it is; then the files' other chunks, as they will be read.
        backup.prepare(wanted.stream().limit(MOST).toList());
        wanted.stream().flatMap(group -> group.chunks().stream().skip(1)).limit(Math.max(0, MOST - wanted.size()))
                .forEach(backup::prepare);
    }

    /** Whether one of them is, or lies in, the other. */
    static boolean overlaps(String path, String group) {
        String one = trimmed(path);
        String other = trimmed(group);
        return one.equals("/") || (one.startsWith(other) || other.startsWith(one));
    }

    /** With one slash at the end, so that a name is not taken for the start of a longer one. */
    private static String trimmed(String path) {
        return path.replaceFirst("^[/.]+/", "").replaceFirst("^/+", "").replaceFirst("/*$", "/");
    }
}
