// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One rule of a VM's firewall, about what the VM sends. Everything that is given has to fit. Immutable; all
 * texts are fit for a terminal.
 *
 * @param action {@code accept} or {@code drop}
 * @param proto {@code tcp}, {@code udp} or {@code icmp}
 * @param destination a host, a network or {@link #DNS} or {@link #UPDATES_PROXY}; anywhere if empty
 * @param ports a port or a range, such as {@code 22} or {@code 22-23}
 * @param icmpType an ICMP message type
 * @param expires when the rule stops to apply
 * @param comment what its author wrote about it
 * @param others conditions that this program does not know, by name
 */
public record FirewallRule(
        String action,
        Optional<String> proto,
        Optional<String> destination,
        Optional<String> ports,
        OptionalInt icmpType,
        Optional<Instant> expires,
        Optional<String> comment,
        Map<String, String> others) {
    /** The destination "the DNS servers that Qubes gives to the VM". */
    public static final String DNS = "DNS servers";
    /** The destination "the proxy through which templates get updates", of version 1. */
    public static final String UPDATES_PROXY = "updates proxy";

    /** Copies {@code others}. */
    public FirewallRule {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    static FirewallRule of(String action) {
        return new FirewallRule(action, Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(),
                Optional.empty(), Optional.empty(), Map.of());
    }

    FirewallRule to(String newDestination) {
        return new FirewallRule(action, proto, Optional.of(newDestination), ports, icmpType, expires, comment, others);
    }

    FirewallRule with(String newProto) {
        return new FirewallRule(action, Optional.of(newProto), destination, ports, icmpType, expires, comment, others);
    }

    /** Whether it decides everything that reaches it, for ever. */
    boolean fitsAll() {
        return unconditional() && expires.isEmpty();
    }

    /** The rule in plain words, as the first of a list: {@code accept everything}. */
    String alone() {
        return words("everything");
    }

    /** The rule in plain words, such as {@code accept tcp to 10.0.0.0/8 ports 22-23} or {@code drop everything else}. */
    @Override
    public String toString() {
        return words("everything else");
    }

    private boolean unconditional() {
        return proto.isEmpty() && destination.isEmpty() && ports.isEmpty() && icmpType.isEmpty() && others.isEmpty();
    }

    private String words(String everything) {
        StringBuilder words = new StringBuilder(action);
        if (unconditional()) {
            words.append(' ').append(everything);
        }
        proto.ifPresent(p -> words.append(' ').append(p));
        icmpType.ifPresent(type -> words.append(" type ").append(type));
        destination.ifPresent(to -> words.append(" to ").append(to));
        ports.ifPresent(p -> words.append(p.contains("-") ? " ports " : " port ").append(p));
        others.forEach((name, value) -> words.append(' ').append(name).append('=').append(value));
        expires.ifPresent(time -> words.append(" until ").append(time));
        comment.ifPresent(text -> words.append(" (").append(text).append(')'));
        return words.toString();
    }
}
