// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/**
 * What a backup's {@code qubes.xml} lists: all VMs of the system that made the backup, of which the backup
 * holds some. Immutable.
 */
public final class Inventory {
    /** No VMs: the list is lost. */
    public static final Inventory EMPTY = new Inventory(List.of(), Map.of(), Map.of());

    /** The name of the file in messages. */
    static final String SOURCE = "qubes.xml";
    /** Files of hundreds of VMs stay below 1 MiB; upstream reads that much, still compressed. */
    private static final int MAX_BYTES = 16 << 20;

    private final List<Vm> vms;
    private final Map<String, String> globals;
    private final Map<String, Vm> byBackupPath;

    /**
     * Reads {@code qubes.xml} of either schema: core3's root element is {@code qubes}, core2's is
     * {@code QubesVmCollection}.
     *
     * @throws CorruptData if it is neither, is not well-formed, has a document type, is larger than 16 MiB, or
     *     gives two VMs the same backup path
     */
    public static Inventory parse(byte[] untrustedXml) throws CorruptData {
        XmlElement root = XmlElement.parse(untrustedXml, MAX_BYTES, SOURCE);
        return switch (root.name()) {
            case "qubes" -> Core3.read(root);
            case "QubesVmCollection" -> Core2.read(root);
            default -> throw bad("its root element is " + root.name() + ", and not qubes or QubesVmCollection");
        };
    }

    static Inventory of(List<Vm> vms, Map<String, String> globals) throws CorruptData {
        Map<String, Vm> byBackupPath = new HashMap<>();
        for (Vm vm : vms) {
            if (vm.included() && vm.backupPath().isPresent()) {
                Vm other = byBackupPath.put(vm.backupPath().get(), vm);
                if (other != null) {
                    throw bad("the VMs '" + other.name() + "' and '" + vm.name() + "' have the same backup path "
                            + vm.backupPath().get());
                }
            }
        }
        return new Inventory(List.copyOf(vms), Collections.unmodifiableMap(new LinkedHashMap<>(globals)), byBackupPath);
    }

    private Inventory(List<Vm> vms, Map<String, String> globals, Map<String, Vm> byBackupPath) {
        this.vms = vms;
        this.globals = globals;
        this.byBackupPath = byBackupPath;
    }

    /** All VMs, in the order of the file. */
    public List<Vm> vms() {
        return vms;
    }

    /** The VMs whose files the backup holds, in the order of the file. */
    public List<Vm> included() {
        return vms.stream().filter(Vm::included).toList();
    }

    /** The system's own properties, such as {@code default_netvm}, as written. */
    public Map<String, String> globals() {
        return globals;
    }

    /**
     * The VM whose files lie in {@code directory} of the backup: {@code vm7}, {@code appvms/work},
     * {@code dom0-home/user}. A slash at its end does not matter.
     */
    public Optional<Vm> byBackupPath(String directory) {
        return Optional.ofNullable(byBackupPath.get(withoutSlash(directory)));
    }

    /**
     * The VM that the file {@code path} of the backup belongs to: the one with the longest backup path that
     * {@code path} lies in.
     */
    public Optional<Vm> owner(String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            Vm vm = byBackupPath.get(withoutSlash(path.substring(0, end)));
            if (vm != null) {
                return Optional.of(vm);
            }
        }
        return Optional.empty();
    }

    /** The first VM called {@code name}. */
    public Optional<Vm> byName(String name) {
        return vms.stream().filter(vm -> vm.name().equals(name)).findFirst();
    }

    /** Upstream writes {@code vm7/} (qubes-core-admin {@code qubes/backup.py}) and reads {@code vm7} too. */
    static String withoutSlash(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    static CorruptData bad(String what) {
        return new CorruptData(what, Place.of(SOURCE));
    }
}
