// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.qbfs.backup.FileGroup;
import org.qbfs.error.Printable;
import org.qbfs.inventory.Inventory;
import org.qbfs.inventory.SafeNames;
import org.qbfs.inventory.Vm;
import org.qbfs.volume.BackupFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where each file group of a backup is shown: in the directory of the VM that owns it. */
public final class VmPaths {
    private static final Logger LOG = LoggerFactory.getLogger(VmPaths.class);
    /** Where dom0's home directories lie in every version (qubes-core-admin {@code qubes/backup.py}). */
    private static final String DOM0_HOME = "dom0-home";

    /** Linux file systems have no longer names. */
    private static final int LONGEST_NAME = 255;
    /** Real paths have two or three parts. */
    private static final int DEEPEST = 64;

    private VmPaths() {}

    /**
     * The file groups by the name of the VM's directory, then by their paths below it; an empty path stands
     * for the whole directory.
     */
    public static Map<String, Map<String, FileGroup>> of(BackupFile backup) {
        Map<SafeNames.Candidate, Map<String, FileGroup>> owners = new LinkedHashMap<>();
        for (FileGroup group : backup.catalog().groups()) {
            if (group.path().equals(BackupFile.INVENTORY)) {
                continue;
            }
            List<String> parts = parts(group.path());
            if (parts.isEmpty()) {
                LOG.warn("left out, since its path is unsafe: {}", Printable.of(group.path()));
                continue;
            }
            SafeNames.Candidate owner = owner(backup.inventory(), parts);
            int depth = owner.isDom0() ? 1 : depth(owner.backupPath());
            String below = String.join("/", parts.subList(Math.min(depth, parts.size()), parts.size()));
            owners.computeIfAbsent(owner, key -> new TreeMap<>()).merge(below, group, VmPaths::first);
        }
        List<String> names = SafeNames.of(new ArrayList<>(owners.keySet()));
        Map<String, Map<String, FileGroup>> named = new TreeMap<>();
        int next = 0;
        for (Map<String, FileGroup> groups : owners.values()) {
            named.put(names.get(next++), groups);
        }
        return named;
    }

    /** The VMs that the backup's list promises, and of which nothing is there. */
    public static List<Vm> missing(BackupFile backup) {
        Set<Vm> there = new HashSet<>();
        of(backup).values().forEach(groups -> groups.values()
                .forEach(group -> backup.inventory().owner(group.path()).ifPresent(there::add)));
        return backup.inventory().included().stream().filter(vm -> !there.contains(vm)).toList();
    }

    private static FileGroup first(FileGroup first, FileGroup second) {
        LOG.warn("left out, since {} is shown in its place: {}", Printable.of(first.path()), Printable.of(second.path()));
        return first;
    }

    /** The parts of a path, without a dot at the end; none if the path leads elsewhere. */
    private static List<String> parts(String path) {
        List<String> parts = new ArrayList<>(Arrays.asList(path.split("/", -1)));
        if (parts.size() > 1 && parts.getLast().equals(".")) {
            parts.removeLast();
        }
        boolean unsafe = parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals("..")
                || part.indexOf('\0') >= 0 || part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME);
        return unsafe || parts.size() > DEEPEST ? List.of() : parts;
    }

    private static int depth(String backupPath) {
        return backupPath.isEmpty() ? 0 : backupPath.split("/").length;
    }

    private static SafeNames.Candidate owner(Inventory inventory, List<String> parts) {
        Optional<Vm> vm = inventory.owner(String.join("/", parts));
        if (vm.isPresent()) {
            return SafeNames.Candidate.of(vm.get());
        }
        if (parts.getFirst().equals(DOM0_HOME)) {
            // One dom0, whatever its homes are called: a second one would cost both their name.
            return inventory.included().stream().map(SafeNames.Candidate::of).filter(SafeNames.Candidate::isDom0).findFirst()
                    .orElse(new SafeNames.Candidate("dom0", OptionalInt.empty(), DOM0_HOME, true));
        }
        // A group of one part has no directory; one that holds a whole directory is that directory.
        return SafeNames.Candidate.unlisted(String.join("/", parts.subList(0, Math.max(1, parts.size() - 1))));
    }
}
