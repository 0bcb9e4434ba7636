// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Problem;
import org.qbfs.inventory.Vm;
import org.qbfs.tree.VmPaths;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs info}. */
@Command(name = "info", description = "Show what a backup is and which VMs it holds.")
final class InfoCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Option(names = "--json", description = "as JSON")
    private boolean json;

    /** One directory of the tree: a VM, with what the list of VMs says about it. */
    private record Row(String name, Optional<Vm> vm, List<FileGroup> groups) {
        int chunks() {
            return groups.stream().mapToInt(group -> group.chunks().size()).sum();
        }

        long stored() {
            return groups.stream().mapToLong(FileGroup::storedSize).sum();
        }
    }

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        try (BackupFile backup = options.open()) {
            List<Row> rows = rows(backup);
            if (json) {
                System.out.println(Json.of(describe(backup, rows)));
            } else {
                print(backup, rows);
            }
            return (backup.problems().isEmpty() ? ExitCode.OK : ExitCode.DAMAGE).number();
        }
    }

    private static List<Row> rows(BackupFile backup) {
        List<Row> rows = new ArrayList<>();
        VmPaths.of(backup).forEach((name, groups) -> rows.add(new Row(name,
                groups.values().stream().findFirst().flatMap(group -> backup.inventory().owner(group.path())),
                List.copyOf(groups.values()))));
        return rows;
    }

    private void print(BackupFile backup, List<Row> rows) {
        BackupHeader header = backup.header();
        System.out.println("Backup:   " + backup.path());
        System.out.println("Version:  " + header.version() + header.backupId().map(id -> ", ID " + id).orElse(""));
        System.out.println("Content:  " + (header.encrypted() ? "encrypted" : "not encrypted") + ", "
                + (header.compressed() ? "compressed" + header.compressionFilter().map(f -> " with " + f).orElse("")
                        : "not compressed"));
        System.out.println("Members:  " + backup.catalog().size());
        System.out.println();
        Table table = new Table("VM", "CLASS", "LABEL", "TEMPLATE", "NETVM", ">SIZE", ">STORED", ">FILES", ">CHUNKS");
        for (Row row : rows) {
            Optional<Vm> vm = row.vm();
            table.row(row.name(), vm.map(Vm::vmClass).orElse("?"), vm.flatMap(Vm::label).orElse("-"),
                    vm.flatMap(Vm::template).orElse("-"), vm.map(v -> v.netvm().toString()).orElse("-"),
                    vm.filter(v -> v.backupSize().isPresent()).map(v -> Size.show(v.backupSize().getAsLong())).orElse("-"),
                    Size.show(row.stored()), String.valueOf(row.groups().size()), String.valueOf(row.chunks()));
        }
        System.out.print(table);
        if (!backup.problems().isEmpty()) {
            System.out.println();
            System.out.println("Problems:");
            backup.problems().forEach(problem -> System.out.println("  " + Table.printable(problem.toString())));
        }
    }

    private static Map<String, Object> describe(BackupFile backup, List<Row> rows) {
        BackupHeader header = backup.header();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("backup", backup.path());
        all.put("version", header.version());
        all.put("id", header.backupId().orElse(null));
        all.put("encrypted", header.encrypted());
        all.put("compressed", header.compressed());
        all.put("compressionFilter", header.compressionFilter().orElse(null));
        all.put("members", backup.catalog().size());
        all.put("vms", rows.stream().map(InfoCommand::describe).toList());
        all.put("problems", backup.problems().stream().map(Problem::toString).toList());
        return all;
    }

    private static Map<String, Object> describe(Row row) {
        Map<String, Object> vm = new LinkedHashMap<>();
        vm.put("name", row.name());
        vm.put("class", row.vm().map(Vm::vmClass).orElse(null));
        vm.put("label", row.vm().flatMap(Vm::label).orElse(null));
        vm.put("template", row.vm().flatMap(Vm::template).orElse(null));
        vm.put("size", row.vm().filter(v -> v.backupSize().isPresent()).map(v -> v.backupSize().getAsLong()).orElse(null));
        vm.put("stored", row.stored());
        vm.put("chunks", row.chunks());
        vm.put("files", row.groups().stream().map(group -> {
            Map<String, Object> file = new LinkedHashMap<>();
            file.put("path", group.path());
            file.put("chunks", group.chunks().size());
            file.put("stored", group.storedSize());
            file.put("complete", group.isContiguous());
            return file;
        }).toList());
        return vm;
    }
}
