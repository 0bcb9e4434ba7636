// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.Problem;
import org.qbfs.inventory.Netvm;
import org.qbfs.inventory.Vm;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * {@code qbfs info}. Of all VMs it shows what upstream's summary before a restore shows (qubes-core-admin-client
 * {@code qubesadmin/backup/restore.py}, {@code get_restore_summary}, at 02bc30a): name, class, template, netvm,
 * label, and which templates and netvms the restoring machine will need to have.
 */
@Command(name = "info", description = "Show what a backup is and which VMs it holds, or all about one VM.")
final class InfoCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1", arity = "0..1", paramLabel = "VM",
            description = "show all about this VM; this reads the first chunk of each of its files")
    private String name;

    @Option(names = "--json", description = "as JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        try (BackupFile backup = options.open()) {
            return (name == null ? showAll(backup) : showOne(backup)).number();
        }
    }

    private ExitCode showAll(BackupFile backup) {
        List<VmFiles> vms = VmFiles.of(backup);
        if (json) {
            System.out.println(Json.of(describe(backup, vms)));
        } else {
            print(backup, vms);
        }
        return backup.problems().isEmpty() ? ExitCode.OK : ExitCode.DAMAGE;
    }

    private ExitCode showOne(BackupFile backup) throws IOException {
        VmReport report = VmReport.of(VmFiles.named(name, backup), backup);
        if (json) {
            System.out.println(Json.of(report.describe()));
        } else {
            report.print(System.out);
        }
        System.out.flush();
        ExitCode code = ExitCode.OK;
        for (IOException failure : report.failures()) {
            Messages.print(System.err, failure, main.verbose());
            ExitCode found = ExitCode.of(failure);
            code = code == ExitCode.OK || found == ExitCode.DAMAGE ? found : code;
        }
        return code;
    }

    private static void print(BackupFile backup, List<VmFiles> vms) {
        BackupHeader header = backup.header();
        System.out.println("Backup:   " + Table.printable(backup.path().toString()));
        System.out.println("Version:  " + header.version() + header.backupId().map(id -> ", ID " + id).orElse(""));
        System.out.println("Content:  " + content(header));
        System.out.println("Members:  " + backup.catalog().size());
        System.out.println();
        Table table = new Table("VM", "CLASS", "LABEL", "TEMPLATE", "NETVM", ">SIZE", ">STORED", ">FILES", ">CHUNKS");
        for (VmFiles files : vms) {
            Optional<Vm> vm = files.vm();
            table.row(files.name(), vm.map(Vm::vmClass).orElse("?"), vm.flatMap(Vm::label).orElse("-"),
                    vm.map(v -> v.template().orElse("n/a")).orElse("?"), vm.map(v -> v.netvm().toString()).orElse("?"),
                    vm.filter(v -> v.backupSize().isPresent()).map(v -> Size.show(v.backupSize().getAsLong())).orElse("-"),
                    Size.show(files.stored()), String.valueOf(files.groups().size()), String.valueOf(files.chunks()));
        }
        System.out.print(table);
        printNeeds("template", vms, Vm::template);
        printNeeds("netvm", vms, vm -> Optional.of(vm.netvm()).filter(n -> n.kind() == Netvm.Kind.NAMED).map(Netvm::name));
        if (!backup.problems().isEmpty()) {
            System.out.println();
            System.out.println("Problems:");
            backup.problems().forEach(problem -> System.out.println("  " + Table.printable(problem.toString())));
        }
    }

    private static String content(BackupHeader header) {
        String encrypted = !header.encrypted() ? "not encrypted"
                : "encrypted" + (header.version() == 4 ? " with scrypt" : header.cryptoAlgorithm().map(c -> " with " + c).orElse(""));
        String compressed = !header.compressed() ? "not compressed"
                : "compressed" + header.compressionFilter().map(filter -> " with " + filter).orElse("");
        String mac = header.version() == 4 ? "" : ", authenticated by HMAC with " + header.hmacAlgorithm();
        return Table.printable(encrypted + ", " + compressed + mac);
    }

    /** What VMs need and the backup does not hold. */
    private static void printNeeds(String what, List<VmFiles> vms, Function<Vm, Optional<String>> needed) {
        List<String> held = vms.stream().map(VmFiles::name).toList();
        vms.stream()
                .filter(files -> files.vm().flatMap(needed).filter(name -> !held.contains(name)).isPresent())
                .collect(Collectors.groupingBy(files -> files.vm().flatMap(needed).orElseThrow(), LinkedHashMap::new,
                        Collectors.mapping(VmFiles::name, Collectors.joining(", "))))
                .forEach((name, by) -> System.out.println(
                        Table.printable("Not in this backup: the " + what + " " + name + " (of " + by + ")")));
    }

    private static Map<String, Object> describe(BackupFile backup, List<VmFiles> vms) {
        BackupHeader header = backup.header();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("backup", backup.path());
        all.put("version", header.version());
        all.put("id", header.backupId().orElse(null));
        all.put("encrypted", header.encrypted());
        all.put("cipher", header.cryptoAlgorithm().orElse(null));
        all.put("mac", header.hmacAlgorithm());
        all.put("compressed", header.compressed());
        all.put("compressionFilter", header.compressionFilter().orElse(null));
        all.put("members", backup.catalog().size());
        all.put("vms", vms.stream().map(files -> {
            Map<String, Object> vm = VmReport.describe(files);
            vm.put("files", files.groups().values().stream().map(VmReport::describe).toList());
            return vm;
        }).toList());
        all.put("problems", backup.problems().stream().map(Problem::toString).toList());
        return all;
    }
}
