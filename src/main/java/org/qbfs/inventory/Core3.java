// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.qbfs.error.CorruptData;

/**
 * {@code qubes.xml} of Qubes 4: what is where, as qubes-core-admin-client
 * {@code qubesadmin/backup/core3.py} at 02bc30a reads it.
 *
 * <pre>
 * qubes/labels/label[@id]                                        name of the colour
 * qubes/properties/property[@name]                               of the whole system
 * qubes/domains/domain[@id="domain-QID"][@class]
 *     properties/property[@name], features/feature[@name], tags/tag[@name]
 *     volume-config/volume[@name][@pool][@size][@save_on_stop]
 * </pre>
 */
final class Core3 {
    private static final String DOMAIN_ID = "domain-";

    private Core3() {}

    static Inventory read(XmlElement root) throws CorruptData {
        Map<String, String> labels = new LinkedHashMap<>();
        for (XmlElement label : root.grandchildren("labels", "label")) {
            labels.put(label.attribute("id").orElse(""), label.text());
        }
        List<Vm> vms = new ArrayList<>();
        for (XmlElement domain : root.grandchildren("domains", "domain")) {
            vms.add(vm(domain, labels));
        }
        return Inventory.of(vms, named(root.grandchildren("properties", "property")));
    }

    private static Vm vm(XmlElement domain, Map<String, String> labels) throws CorruptData {
        String vmClass = domain.attribute("class").orElse("");
        Map<String, String> properties = named(domain.grandchildren("properties", "property"));
        Map<String, String> features = named(domain.grandchildren("features", "feature"));
        // dom0 has neither of the two as a property.
        String name = take(properties, "name").orElse(vmClass.equals(Vm.ADMIN_VM) ? "dom0" : "");
        OptionalInt qid = Numbers.qid(take(properties, "qid").or(() -> numberOf(domain)));
        Optional<String> label = take(properties, "label").map(id -> labels.getOrDefault(id, id));
        Optional<String> template = take(properties, "template").filter(text -> !text.isEmpty());
        Netvm netvm = take(properties, "netvm").map(Core3::netvm).orElse(Netvm.DEFAULT);
        boolean content = take(features, "backup-content").map(Core3::isTrue).orElse(false);
        Optional<String> path = take(features, "backup-path").map(Inventory::withoutSlash).filter(text -> !text.isEmpty());
        Optional<String> size = take(features, "backup-size");
        return new Vm(name, qid, vmClass, vmClass, label, template, netvm, content && path.isPresent(),
                content ? path : Optional.empty(), Numbers.bytes(content ? size : Optional.empty(), "backup-size"),
                volumes(domain), tags(domain), properties, features);
    }

    private static Optional<String> numberOf(XmlElement domain) {
        return domain.attribute("id")
                .filter(id -> id.startsWith(DOMAIN_ID))
                .map(id -> id.substring(DOMAIN_ID.length()));
    }

    private static Netvm netvm(String text) {
        return text.isEmpty() ? Netvm.NONE : Netvm.named(text);
    }

    /** Qubes 4 writes {@code 1} and an empty element, older files {@code True}; other texts are true upstream. */
    private static boolean isTrue(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "", "0", "false", "no", "none" -> false;
            default -> true;
        };
    }

    private static List<Volume> volumes(XmlElement domain) throws CorruptData {
        List<Volume> volumes = new ArrayList<>();
        for (XmlElement volume : domain.grandchildren("volume-config", "volume")) {
            volumes.add(new Volume(volume.attribute("name").orElse(""), volume.attribute("pool"),
                    Numbers.bytes(volume.attribute("size"), "the size of a volume"),
                    volume.attribute("save_on_stop").map(Core3::isTrue).orElse(false)));
        }
        return volumes;
    }

    private static List<String> tags(XmlElement domain) {
        return domain.grandchildren("tags", "tag").stream().flatMap(tag -> tag.attribute("name").stream()).toList();
    }

    /** Texts by the attribute {@code name}; the last one counts, as upstream. */
    private static Map<String, String> named(List<XmlElement> elements) throws CorruptData {
        Map<String, String> named = new LinkedHashMap<>();
        for (XmlElement element : elements) {
            String name = element.attribute("name")
                    .orElseThrow(() -> Inventory.bad("a " + element.name() + " without a name"));
            named.put(name, element.text());
        }
        return named;
    }

    private static Optional<String> take(Map<String, String> values, String name) {
        return Optional.ofNullable(values.remove(name));
    }
}
