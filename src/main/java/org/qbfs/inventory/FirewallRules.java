// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.UnsupportedFormat;

/**
 * A VM's {@code firewall.xml}: rules of which the first that fits decides. Immutable. Facts from
 * qubes-core-admin {@code qubes/firewall.py} ({@code load_v1}, {@code load_v2}) at 1ad5f9b8 and
 * qubes-core-admin-client {@code qubesadmin/backup/core2.py} ({@code handle_firewall_xml}) at 02bc30a.
 *
 * <pre>
 * version 1 (up to Qubes 3)
 *   QubesFirewallRules[@policy=allow|deny][@dns][@icmp][@yumProxy]
 *     rule[@address][@netmask][@proto][@port][@toport][@expire]      the opposite of the policy
 * version 2
 *   firewall[@version=2]/rules/rule/properties/property[@name]       what no rule fits is dropped
 * </pre>
 *
 * @param rules in their order, with the implied ones of version 1 and the last one, which decides the rest
 */
public record FirewallRules(List<FirewallRule> rules) {
    private static final int MAX_BYTES = 4 << 20;
    private static final String SOURCE = "firewall.xml";
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z._:-]{1,255}(/[0-9]{1,3})?");
    private static final Pattern PORTS = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?");
    private static final Pattern WORD = Pattern.compile("[a-z0-9-]{1,32}");

    /** Copies {@code rules}. */
    public FirewallRules {
        rules = List.copyOf(rules);
    }

    /**
     * Reads a file of either version.
     *
     * @throws CorruptData if it is not well-formed, larger than 4 MiB, or a rule makes no sense
     * @throws UnsupportedFormat if it is of another version
     */
    public static FirewallRules parse(byte[] untrustedXml) throws QbfsException {
        XmlElement root = XmlElement.parse(untrustedXml, MAX_BYTES, SOURCE);
        String version = root.attribute("version").orElse("1");
        return switch (version) {
            case "1" -> version1(root);
            case "2" -> version2(root);
            default -> throw new UnsupportedFormat("firewall rules of version " + Utf8.shown(version)
                    + "; known are 1 and 2", Place.of(SOURCE));
        };
    }

    /** One line for each rule. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (FirewallRule rule : rules) {
            lines.add(lines.isEmpty() ? rule.alone() : rule.toString());
        }
        return List.copyOf(lines);
    }

    private static FirewallRules version1(XmlElement root) throws CorruptData {
        String policy = root.attribute("policy").orElse("");
        if (!policy.equals("allow") && !policy.equals("deny")) {
            throw bad("the policy is '" + Utf8.shown(policy) + "', and not allow or deny");
        }
        List<FirewallRule> rules = new ArrayList<>();
        rules.add(FirewallRule.of(action(root, "dns", policy)).to(FirewallRule.DNS));
        rules.add(FirewallRule.of(action(root, "icmp", policy)).with("icmp"));
        if (root.attribute("yumProxy").isPresent()) {
            rules.add(FirewallRule.of(action(root, "yumProxy", policy)).to(FirewallRule.UPDATES_PROXY));
        }
        String opposite = action(policy.equals("allow") ? "deny" : "allow");
        for (XmlElement rule : root.children()) {
            rules.add(rule1(rule, opposite));
        }
        rules.add(FirewallRule.of(action(policy)));
        return new FirewallRules(rules);
    }

    private static String action(XmlElement root, String attribute, String policy) {
        return action(root.attribute(attribute).orElse(policy));
    }

    private static String action(String policy) {
        return policy.equals("allow") ? "accept" : "drop";
    }

    private static FirewallRule rule1(XmlElement rule, String action) throws CorruptData {
        Optional<String> host = text(rule.attribute("address"));
        Optional<String> netmask = text(rule.attribute("netmask"));
        Optional<String> port = text(rule.attribute("port"));
        Optional<String> toPort = text(rule.attribute("toport"));
        // A name has a netmask too, which means nothing.
        boolean isAddress = host.isPresent() && host.get().matches("[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
        Optional<String> destination = isAddress && netmask.isPresent() ? host.map(a -> a + "/" + netmask.get()) : host;
        Optional<String> ports = port.isPresent() && toPort.isPresent() ? port.map(p -> p + "-" + toPort.get()) : port;
        Optional<String> proto = text(rule.attribute("proto")).or(() -> ports.map(p -> "tcp"));
        return new FirewallRule(action, word(proto.filter(p -> !p.equals("any"))), host(destination), ports(ports),
                OptionalInt.empty(), expiry(text(rule.attribute("expire"))), Optional.empty(), Map.of());
    }

    private static FirewallRules version2(XmlElement root) throws CorruptData {
        List<FirewallRule> rules = new ArrayList<>();
        for (XmlElement rule : root.grandchildren("rules", "rule")) {
            rules.add(rule2(rule));
        }
        if (rules.isEmpty() || !rules.getLast().fitsAll()) {
            rules.add(FirewallRule.of("drop"));
        }
        return new FirewallRules(rules);
    }

    private static FirewallRule rule2(XmlElement rule) throws CorruptData {
        Map<String, String> options = new LinkedHashMap<>();
        for (XmlElement property : rule.grandchildren("properties", "property")) {
            if (!property.text().isEmpty()) {
                options.put(property.attribute("name").orElseThrow(() -> bad("a property without a name")), property.text());
            }
        }
        String action = word(take(options, "action")).orElseThrow(() -> bad("a rule without an action"));
        Optional<String> host = take(options, "dsthost").or(() -> take(options, "dst4")).or(() -> take(options, "dst6"));
        Optional<String> special = take(options, "specialtarget");
        if (host.isPresent() && special.isPresent()) {
            // Both have to fit; the second one is kept as it is written.
            options.put("specialtarget", special.get());
        }
        Optional<String> destination = host.isPresent() ? host(host)
                : word(special).map(target -> target.equals("dns") ? FirewallRule.DNS : target);
        return new FirewallRule(action, word(take(options, "proto")), destination, ports(take(options, "dstports")),
                icmpType(take(options, "icmptype")), expiry(take(options, "expire")),
                take(options, "comment").map(FirewallRules::printable), printable(options));
    }

    private static Optional<String> take(Map<String, String> options, String name) {
        return Optional.ofNullable(options.remove(name));
    }

    private static Optional<String> text(Optional<String> attribute) {
        return attribute.filter(value -> !value.isEmpty());
    }

    private static Optional<String> word(Optional<String> text) throws CorruptData {
        return matching(WORD, text, "a word");
    }

    /** A network of length 0 is everywhere, one of full length a host. */
    private static Optional<String> host(Optional<String> text) throws CorruptData {
        Optional<String> host = matching(HOST, text, "a host or network");
        return host.filter(h -> !h.endsWith("/0"))
                .map(h -> h.endsWith(h.contains(":") ? "/128" : "/32") ? h.substring(0, h.indexOf('/')) : h);
    }

    private static Optional<String> ports(Optional<String> text) throws CorruptData {
        Optional<String> ports = matching(PORTS, text, "a port or a range of ports");
        if (ports.isPresent() && ports.get().contains("-")) {
            String[] ends = ports.get().split("-");
            return Integer.parseInt(ends[0]) == Integer.parseInt(ends[1]) ? Optional.of(ends[0]) : ports;
        }
        return ports;
    }

    private static OptionalInt icmpType(Optional<String> text) throws CorruptData {
        Optional<String> type = matching(Pattern.compile("[0-9]{1,3}"), text, "an ICMP type");
        return type.isPresent() ? OptionalInt.of(Integer.parseInt(type.get())) : OptionalInt.empty();
    }

    private static Optional<Instant> expiry(Optional<String> text) throws CorruptData {
        Optional<String> seconds = matching(Pattern.compile("[0-9]{1,12}"), text, "a time");
        try {
            return seconds.map(s -> Instant.ofEpochSecond(Long.parseLong(s)));
        } catch (DateTimeException e) {
            throw new CorruptData("a time is too far away", Place.of(SOURCE), e);
        }
    }

    private static Optional<String> matching(Pattern pattern, Optional<String> text, String what) throws CorruptData {
        if (text.isPresent() && !pattern.matcher(text.get()).matches()) {
            throw bad("'" + Utf8.shown(text.get()) + "' is not " + what);
        }
        return text;
    }

    private static Map<String, String> printable(Map<String, String> options) {
        Map<String, String> printable = new LinkedHashMap<>();
        options.forEach((name, value) -> printable.put(printable(name), printable(value)));
        return printable;
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(1000).forEach(c -> printable.appendCodePoint(SafeNames.isShowable(c) ? c : '?'));
        return printable.toString();
    }

    private static CorruptData bad(String what) {
        return new CorruptData(what, Place.of(SOURCE));
    }
}
