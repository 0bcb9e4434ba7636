// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.qbfs.error.CorruptData;

/**
 * {@code qubes.xml} up to Qubes 3: one element for each VM, named after its class, with everything in
 * attributes; other VMs are named by their qid. What is where, as qubes-core-admin-client
 * {@code qubesadmin/backup/core2.py} at 02bc30a reads it.
 */
final class Core2 {
    private static final String DISPOSABLE = "QubesDisposableVm";
    private static final String NET_VM = "QubesNetVm";
    private static final String DEFAULT_LABEL = "red";

    private Core2() {}

    static Inventory read(XmlElement root) throws CorruptData {
        Map<Integer, String> names = new HashMap<>();
        for (XmlElement element : root.children()) {
            OptionalInt qid = Numbers.qid(element.attribute("qid"));
            if (qid.isPresent() && element.attribute("name").isPresent()) {
                names.put(qid.getAsInt(), element.attribute("name").get());
            }
        }
        List<Vm> vms = new ArrayList<>();
        // Qubes R2 left dom0 out.
        if (names.putIfAbsent(0, "dom0") == null) {
            vms.add(vm(new XmlElement("QubesAdminVm", Map.of("name", "dom0", "qid", "0", "label", "black"), "", List.of()),
                    names));
        }
        for (XmlElement element : root.children()) {
            vms.add(vm(element, names));
        }
        return Inventory.of(vms, root.attributes());
    }

    private static Vm vm(XmlElement element, Map<Integer, String> names) throws CorruptData {
        Map<String, String> rest = new LinkedHashMap<>(element.attributes());
        String name = take(rest, "name").orElse("");
        OptionalInt qid = Numbers.qid(take(rest, "qid"));
        Optional<String> label = take(rest, "label").or(() -> Optional.of(DEFAULT_LABEL));
        Optional<String> template = vmOf(take(rest, "template_qid"), names);
        String vmClass = vmClass(element.name(), qid, template);
        boolean included = isTrue(take(rest, "backup_content"));
        Optional<String> path = take(rest, "backup_path").map(Inventory::withoutSlash).filter(text -> !text.isEmpty());
        Optional<String> size = take(rest, "backup_size");
        return new Vm(name, qid, vmClass, element.name(), label,
                vmClass.equals("AppVM") || vmClass.equals("DispVM") ? template : Optional.empty(),
                netvm(element, rest, names), included, included ? path : Optional.empty(),
                Numbers.bytes(included ? size : Optional.empty(), "backup_size"), List.of(), List.of(), rest, Map.of());
    }

    private static String vmClass(String rawClass, OptionalInt qid, Optional<String> template) {
        if (rawClass.equals("QubesTemplateVm") || rawClass.equals("QubesTemplateHVm")) {
            return "TemplateVM";
        }
        if (qid.isPresent() && qid.getAsInt() == 0) {
            return Vm.ADMIN_VM;
        }
        if (rawClass.equals(DISPOSABLE)) {
            return "DispVM";
        }
        return template.isPresent() ? "AppVM" : "StandaloneVM";
    }

    /** {@code uses_default_netvm} counts as true when it is missing; only then a net VM has no network of its own. */
    private static Netvm netvm(XmlElement element, Map<String, String> rest, Map<Integer, String> names)
            throws CorruptData {
        Optional<String> usesDefault = take(rest, "uses_default_netvm");
        Optional<String> netvmQid = take(rest, "netvm_qid");
        if (usesDefault.isPresent() && !isTrue(usesDefault)) {
            return vmOf(netvmQid, names).map(Netvm::named).orElse(Netvm.NONE);
        }
        return element.name().equals(NET_VM) ? Netvm.NONE : Netvm.DEFAULT;
    }

    /** The name of the VM with a qid; {@code none} and a missing one are none. A qid that is not listed is shown. */
    private static Optional<String> vmOf(Optional<String> qid, Map<Integer, String> names) throws CorruptData {
        if (qid.isEmpty() || qid.get().equalsIgnoreCase("none")) {
            return Optional.empty();
        }
        int number = Numbers.qid(qid).getAsInt();
        return Optional.of(names.getOrDefault(number, "vm" + number));
    }

    private static boolean isTrue(Optional<String> text) {
        return text.isPresent() && text.get().equalsIgnoreCase("true");
    }

    private static Optional<String> take(Map<String, String> values, String name) {
        return Optional.ofNullable(values.remove(name));
    }
}
