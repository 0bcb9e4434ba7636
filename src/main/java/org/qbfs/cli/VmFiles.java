// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qbfs.backup.FileGroup;
import org.qbfs.inventory.Vm;
import org.qbfs.tree.VmPaths;
import org.qbfs.volume.BackupFile;

/**
 * One directory of the tree, with what the list of VMs says about its owner.
 *
 * @param name the directory
 * @param vm its owner, if the list of VMs has it
 * @param groups its file groups by their paths in it; none if the backup holds nothing of the VM
 */
record VmFiles(String name, Optional<Vm> vm, Map<String, FileGroup> groups) {
    /** All that the backup holds, and the VMs that it should hold and has no files of. */
    static List<VmFiles> of(BackupFile backup) {
        List<VmFiles> all = new ArrayList<>();
        VmPaths.of(backup).forEach((name, groups) -> all.add(new VmFiles(name, groups.values().stream().findFirst()
                .flatMap(group -> backup.inventory().owner(group.path()))
                .or(() -> backup.inventory().byName(name).filter(Vm::isDom0)), groups)));
        for (Vm vm : backup.inventory().included()) {
            if (all.stream().noneMatch(files -> files.vm().equals(Optional.of(vm)))) {
                all.add(new VmFiles(vm.name(), Optional.of(vm), Map.of()));
            }
        }
        return all;
    }

    /** The VM called {@code name}, be it in the backup or only in the list of VMs. */
    static VmFiles named(String name, BackupFile backup) throws IOException {
        return of(backup).stream().filter(files -> files.name().equals(name)).findFirst()
                .or(() -> backup.inventory().byName(name).map(vm -> new VmFiles(name, Optional.of(vm), Map.of())))
                .orElseThrow(() -> new IOException(name + ": no such VM in the backup"));
    }

    int chunks() {
        return groups.values().stream().mapToInt(group -> group.chunks().size()).sum();
    }

    /** Bytes in the backup file. */
    long stored() {
        return groups.values().stream().mapToLong(FileGroup::storedSize).sum();
    }
}
