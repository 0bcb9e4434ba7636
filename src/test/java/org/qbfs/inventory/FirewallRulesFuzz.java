// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import org.qbfs.error.QbfsException;

/** Any bytes as firewall rules, and as notes. */
public final class FirewallRulesFuzz {
    private FirewallRulesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            FirewallRules.parse(input).lines();
        } catch (QbfsException e) {
            // What damage may lead to.
        }
        try {
            Notes.parse(input);
        } catch (QbfsException e) {
            // No UTF-8.
        }
    }
}
