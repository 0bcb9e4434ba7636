// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.qbfs.backup.FileGroup;
import org.qbfs.inventory.FirewallRules;
import org.qbfs.inventory.Netvm;
import org.qbfs.inventory.Notes;
import org.qbfs.inventory.Vm;
import org.qbfs.inventory.Volume;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.volume.BackupFile;

/** All that a backup says about one VM, for people and as JSON. Immutable. */
final class VmReport {
    private static final String SERVICE = "service.";
    /** Properties of core3 and attributes of core2 that tell how a VM runs; JSON has all. */
    private static final List<String> OF_INTEREST = List.of("memory", "maxmem", "vcpus", "kernel", "kernelopts",
            "virt_mode", "autostart", "provides_network", "template_for_dispvms", "default_dispvm", "default_user", "debug",
            "include_in_backups", "ip", "mac", "services", "pcidevs");
    /** More than the parsers of such files take. */
    private static final int MOST_TEXT_BYTES = (4 << 20) + 1;

    private final VmFiles files;
    private final List<Entry> entries = new ArrayList<>();
    private final List<IOException> failures = new ArrayList<>();
    private Optional<FirewallRules> firewall = Optional.empty();
    private Optional<String> notes = Optional.empty();

    /** One file group of the VM; {@code node} is missing where it could not be read. */
    private record Entry(String name, FileGroup group, Optional<Node> node, Optional<String> error) {
        String size() {
            return node.map(found -> found instanceof RegularFile file ? Size.show(file.attributes().size())
                    : found instanceof Directory ? "directory" : "link").orElse("?");
        }
    }

    private interface Parser<T> {
        T parse(byte[] text) throws IOException;
    }

    /** Reads the start of each file of the VM, which costs a key derivation each, and the small files that are shown. */
    static VmReport of(VmFiles files, BackupFile backup) throws IOException {
        VmReport report = new VmReport(files);
        report.read(BackupTree.of(backup));
        return report;
    }

    private VmReport(VmFiles files) {
        this.files = files;
    }

    private void read(BackupTree tree) throws IOException {
        if (files.groups().isEmpty()) {
            return;
        }
        Directory directory = (Directory) tree.find(files.name()).orElseThrow();
        directory.prepare();
        for (Map.Entry<String, FileGroup> group : files.groups().entrySet()) {
            entries.add(entry(group.getKey(), group.getValue(), tree));
        }
        firewall = parse(tree, "firewall.xml", FirewallRules::parse);
        notes = parse(tree, "notes.txt", Notes::parse);
    }

    private Entry entry(String name, FileGroup group, BackupTree tree) {
        try {
            return new Entry(name, group, tree.find(files.name() + "/" + name), Optional.empty());
        } catch (IOException e) {
            failures.add(e);
            return new Entry(name, group, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** A small file of the VM, wherever it is archived: in a group of its own, or with the whole directory. */
    private <T> Optional<T> parse(BackupTree tree, String name, Parser<T> parser) {
        boolean failed = entries.stream().anyMatch(entry -> entry.name().equals(name) && entry.error().isPresent());
        try {
            Optional<Node> node = failed ? Optional.empty() : tree.find(files.name() + "/" + name);
            if (node.isEmpty() || !(node.get() instanceof RegularFile file)) {
                return Optional.empty();
            }
            int size = (int) Math.min(file.contents().size(), MOST_TEXT_BYTES);
            return Optional.of(parser.parse(file.contents().readBytes(0, size)));
        } catch (IOException e) {
            failures.add(e);
            return Optional.empty();
        }
    }

    /** What could not be read. */
    List<IOException> failures() {
        return List.copyOf(failures);
    }

    void print(PrintStream to) {
        line(to, "VM", files.name() + files.vm().filter(vm -> vm.qid().isPresent())
                .map(vm -> " (number " + vm.qid().getAsInt() + ")").orElse(""));
        files.vm().ifPresentOrElse(vm -> print(vm, to), () -> line(to, "Class", "? (not in the list of VMs)"));
        if (entries.isEmpty()) {
            line(to, "Files", "none: the backup does not hold this VM");
        } else {
            to.println();
            Table table = new Table("FILE", ">SIZE", ">STORED", ">CHUNKS", "");
            for (Entry entry : entries) {
                table.row(entry.name().isEmpty() ? "(all)" : entry.name(), entry.size(),
                        Size.show(entry.group().storedSize()), String.valueOf(entry.group().chunks().size()),
                        entry.group().isContiguous() ? "" : "chunks are missing");
            }
            to.print(table);
        }
        firewall.ifPresent(rules -> section(to, "Firewall", rules.lines()));
        notes.ifPresent(text -> section(to, "Notes", text.lines().toList()));
    }

    private static void print(Vm vm, PrintStream to) {
        line(to, "Class", vm.vmClass() + (vm.rawClass().equals(vm.vmClass()) ? "" : " (" + vm.rawClass() + ")"));
        line(to, "Label", vm.label().orElse("-"));
        line(to, "Template", vm.template().orElse("n/a"));
        line(to, "Network", vm.netvm().toString());
        if (!vm.tags().isEmpty()) {
            line(to, "Tags", String.join(", ", vm.tags()));
        }
        List<String> services = vm.features().entrySet().stream()
                .filter(feature -> feature.getKey().startsWith(SERVICE))
                .map(feature -> feature.getKey().substring(SERVICE.length()) + (feature.getValue().isEmpty() ? " (off)" : ""))
                .toList();
        if (!services.isEmpty()) {
            line(to, "Services", String.join(", ", services));
        }
        String properties = OF_INTEREST.stream().filter(vm.properties()::containsKey)
                .map(name -> name + "=" + vm.properties().get(name)).collect(Collectors.joining(", "));
        if (!properties.isEmpty()) {
            line(to, "Properties", properties);
        }
        if (!vm.volumes().isEmpty()) {
            to.println();
            Table table = new Table("VOLUME", "POOL", ">SIZE", "KEEPS CHANGES");
            for (Volume volume : vm.volumes()) {
                table.row(volume.name(), volume.pool().orElse("-"),
                        volume.size().isPresent() ? Size.show(volume.size().getAsLong()) : "-", volume.saved() ? "yes" : "no");
            }
            to.print(table);
        }
    }

    private static void line(PrintStream to, String what, String value) {
        to.println(String.format("%-11s %s", what + ":", Table.printable(value)));
    }

    private static void section(PrintStream to, String what, List<String> lines) {
        to.println();
        to.println(what + ":");
        lines.forEach(line -> to.println("  " + Table.printable(line.replace("\t", "    "))));
    }

    /** All facts, for {@link Json}. */
    Map<String, Object> describe() {
        Map<String, Object> all = describe(files);
        files.vm().ifPresent(vm -> {
            all.put("tags", vm.tags());
            all.put("properties", new TreeMap<>(vm.properties()));
            all.put("features", new TreeMap<>(vm.features()));
            all.put("volumes", vm.volumes().stream().map(VmReport::describe).toList());
        });
        all.put("files", entries.stream().map(VmReport::describe).toList());
        all.put("firewall", firewall.map(FirewallRules::lines).orElse(null));
        all.put("notes", notes.orElse(null));
        return all;
    }

    /** What the list of VMs and the outer file say about a VM. */
    static Map<String, Object> describe(VmFiles files) {
        Optional<Vm> vm = files.vm();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", files.name());
        facts.put("number", vm.filter(v -> v.qid().isPresent()).map(v -> v.qid().getAsInt()).orElse(null));
        facts.put("class", vm.map(Vm::vmClass).orElse(null));
        facts.put("label", vm.flatMap(Vm::label).orElse(null));
        facts.put("template", vm.flatMap(Vm::template).orElse(null));
        facts.put("netvm", vm.map(Vm::netvm).filter(netvm -> netvm.kind() == Netvm.Kind.NAMED).map(Netvm::name).orElse(null));
        facts.put("netvmIsDefault", vm.map(v -> v.netvm().kind() == Netvm.Kind.DEFAULT).orElse(null));
        facts.put("size", vm.filter(v -> v.backupSize().isPresent()).map(v -> v.backupSize().getAsLong()).orElse(null));
        facts.put("stored", files.stored());
        facts.put("chunks", files.chunks());
        return facts;
    }

    /** A file group as the outer file shows it. */
    static Map<String, Object> describe(FileGroup group) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("path", group.path());
        facts.put("chunks", group.chunks().size());
        facts.put("stored", group.storedSize());
        facts.put("complete", group.isContiguous());
        return facts;
    }

    private static Map<String, Object> describe(Entry entry) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", entry.name());
        facts.putAll(describe(entry.group()));
        facts.put("size", entry.node().filter(RegularFile.class::isInstance).map(node -> node.attributes().size()).orElse(null));
        entry.error().ifPresent(error -> facts.put("error", error));
        return facts;
    }

    private static Map<String, Object> describe(Volume volume) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", volume.name());
        facts.put("pool", volume.pool().orElse(null));
        facts.put("size", volume.size().isPresent() ? volume.size().getAsLong() : null);
        facts.put("keepsChanges", volume.saved());
        return facts;
    }
}
