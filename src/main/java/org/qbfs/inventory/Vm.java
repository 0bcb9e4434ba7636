// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What {@code qubes.xml} says about one VM. Immutable.
 *
 * @param name its name, as written: empty when there is none, and not always fit for a file name
 * @param qid its number
 * @param vmClass {@code AdminVM} (dom0), {@code TemplateVM}, {@code StandaloneVM}, {@code AppVM} or
 *     {@code DispVM}; core2's classes in these words
 * @param rawClass its class as written, such as {@code QubesProxyVm}
 * @param label the name of its colour
 * @param template the name of the VM that its root file system comes from
 * @param netvm where its network comes from
 * @param included whether the backup holds its files
 * @param backupPath the directory of its files in the backup, without a slash at the end
 * @param backupSize what its files take on disk, in bytes, as upstream estimated it
 * @param volumes its disks, in the order of the file; core2 names none
 * @param tags its tags, in the order of the file
 * @param properties its other properties (core3) or attributes (core2), as written; an empty value stands
 *     for none
 * @param features its features without those of the backup itself; an empty value stands for false
 */
public record Vm(
        String name,
        OptionalInt qid,
        String vmClass,
        String rawClass,
        Optional<String> label,
        Optional<String> template,
        Netvm netvm,
        boolean included,
        Optional<String> backupPath,
        OptionalLong backupSize,
        List<Volume> volumes,
        List<String> tags,
        Map<String, String> properties,
        Map<String, String> features) {
    /** The class of dom0. */
    public static final String ADMIN_VM = "AdminVM";

    /** Copies the collections. */
    public Vm {
        volumes = List.copyOf(volumes);
        tags = List.copyOf(tags);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    }

    /** Whether it is dom0. */
    public boolean isDom0() {
        return vmClass.equals(ADMIN_VM);
    }

    /** The disk called {@code name}. */
    public Optional<Volume> volume(String name) {
        return volumes.stream().filter(volume -> volume.name().equals(name)).findFirst();
    }
}
