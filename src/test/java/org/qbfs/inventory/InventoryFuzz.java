// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.List;
import org.qbfs.error.QbfsException;

/** Any bytes as a list of VMs: the names that are shown are safe and different. */
public final class InventoryFuzz {
    private InventoryFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Inventory inventory = Inventory.parse(input);
            inventory.owner("vm1/private.img");
            List<String> names = SafeNames.of(inventory.included().stream().map(SafeNames.Candidate::of).toList());
            if (names.stream().distinct().count() != names.size() || names.stream().anyMatch(InventoryFuzz::isUnsafe)) {
                throw new AssertionError(names.toString());
            }
        } catch (QbfsException e) {
            // What damage may lead to.
        }
    }

    private static boolean isUnsafe(String name) {
        return name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.indexOf('\0') >= 0;
    }
}
