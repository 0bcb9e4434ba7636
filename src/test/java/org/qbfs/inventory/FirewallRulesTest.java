// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.error.UnsupportedFormat;

class FirewallRulesTest {
    private static final String VERSION_1 = """
            <QubesFirewallRules dns="allow" icmp="deny" policy="deny" yumProxy="allow">
              <rule address="0.0.0.0" proto="tcp" netmask="0" port="22"/>
              <rule address="192.168.0.1" proto="udp" port="1000" toport="1234"/>
              <rule address="10.0.0.0" netmask="8" proto="any"/>
              <rule address="example.org" netmask="32" port="443" expire="1767225600"/>
              <rule address="10.1.1.1" netmask="32"/>
            </QubesFirewallRules>
            """;

    private static List<String> lines(String xml) throws QbfsException {
        return FirewallRules.parse(xml.getBytes(UTF_8)).lines();
    }

    private static String version2(String... rules) {
        StringBuilder xml = new StringBuilder("<?xml version='1.0' encoding='UTF-8'?>\n<firewall version=\"2\">\n<rules>");
        for (String rule : rules) {
            xml.append("<rule><properties>");
            for (String option : rule.split(" ")) {
                String[] parts = option.split("=");
                xml.append("<property name=\"").append(parts[0]).append("\">").append(parts[1].replace('_', ' '))
                        .append("</property>");
            }
            xml.append("</properties></rule>\n");
        }
        return xml + "</rules></firewall>";
    }

    @Test
    void version1IsToldInWords() throws Exception {
        assertEquals(List.of("accept to DNS servers", "drop icmp", "accept to updates proxy", "accept tcp port 22",
                "accept udp to 192.168.0.1 ports 1000-1234", "accept to 10.0.0.0/8",
                "accept tcp to example.org port 443 until 2026-01-01T00:00:00Z", "accept to 10.1.1.1",
                "drop everything else"), lines(VERSION_1));
    }

    @Test
    void version1RulesAreTheOppositeOfThePolicy() throws Exception {
        assertEquals(List.of("accept to DNS servers", "accept icmp", "drop tcp to 10.0.0.1 port 25",
                "accept everything else"),
                lines("<QubesFirewallRules policy='allow'><rule address='10.0.0.1' port='25'/></QubesFirewallRules>"));
    }

    @Test
    void version2IsToldInWords() throws Exception {
        assertEquals(List.of("accept tcp to 10.0.0.0/8 ports 22-23", "accept udp to fd00::/8 port 53",
                "accept to DNS servers", "accept tcp to DNS servers", "drop icmp type 8", "accept tcp to example.org port 443",
                "accept to 10.1.1.1", "accept to fe80::1",
                "accept everything else until 2026-01-01T00:00:00Z (for a while)", "drop everything else"),
                lines(version2("action=accept proto=tcp dsthost=10.0.0.0/8 dstports=22-23",
                        "action=accept proto=udp dsthost=fd00::/8 dstports=53-53", "action=accept specialtarget=dns",
                        "action=accept specialtarget=dns proto=tcp", "action=drop proto=icmp icmptype=8",
                        "action=accept proto=tcp dsthost=example.org dstports=443", "action=accept dsthost=10.1.1.1/32",
                        "action=accept dst6=fe80::1/128", "action=accept expire=1767225600 comment=for_a_while")));
    }

    @Test
    void version2WithoutLastRuleDropsTheRest() throws Exception {
        assertEquals(List.of("accept everything"), lines(version2("action=accept")));
        assertEquals(List.of("drop everything"), lines(version2()));
        assertEquals(List.of("accept everything (all of it)"), lines(version2("action=accept comment=all_of_it")));
        assertEquals(List.of("accept icmp", "drop everything else"), lines(version2("action=accept proto=icmp")));
        assertEquals(List.of("accept icmp", "accept everything else"),
                lines(version2("action=accept proto=icmp", "action=accept")));
    }

    @Test
    void conditionsOfTheFutureAreShown() throws Exception {
        assertEquals(List.of("forward tcp to 10.0.0.1 port 80 extports=8080", "drop everything else"),
                lines(version2("action=forward proto=tcp dsthost=10.0.0.1 dstports=80 extports=8080")));
        assertEquals(List.of("accept to 10.0.0.1 specialtarget=dns", "drop everything else"),
                lines(version2("action=accept dsthost=10.0.0.1 specialtarget=dns")));
    }

    @Test
    void partsAreThereForPrograms() throws Exception {
        FirewallRule rule = FirewallRules.parse(VERSION_1.getBytes(UTF_8)).rules().get(6);
        assertEquals("accept", rule.action());
        assertEquals(Optional.of("example.org"), rule.destination());
        assertEquals(Optional.of(Instant.parse("2026-01-01T00:00:00Z")), rule.expires());
    }

    @Test
    void controlCharactersOfACommentAreNotShown() throws Exception {
        assertEquals("accept everything (a?b?)", lines(version2("action=accept comment=a&#x9;b\u202e")).getFirst());
    }

    @Test
    void otherVersionIsUnsupported() {
        assertThrows(UnsupportedFormat.class, () -> lines("<firewall version='3'/>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<firewall/>", "<QubesFirewallRules policy='maybe'/>", "<!DOCTYPE a><firewall version='2'/>"})
    void otherFilesAreCorrupt(String xml) {
        assertThrows(CorruptData.class, () -> lines(xml));
    }

    @ParameterizedTest
    @ValueSource(strings = {"proto=tcp", "action=a/b", "action=accept proto=TCP!", "action=accept dsthost=a;b",
        "action=accept dstports=a", "action=accept dstports=1-2-3", "action=accept icmptype=x", "action=accept expire=x",
        "action=accept dsthost=\u0007"})
    void rulesThatMakeNoSenseAreCorrupt(String rule) {
        assertThrows(CorruptData.class, () -> lines(version2(rule)));
    }

    @Test
    void damagedFilesNeverThrowAnythingElse() {
        Random random = new Random(6);
        for (String whole : List.of(VERSION_1, version2("action=accept proto=tcp dsthost=10.0.0.0/8 dstports=22-23",
                "action=drop proto=icmp icmptype=8 expire=123 comment=x"))) {
            byte[] bytes = whole.getBytes(UTF_8);
            for (int i = 0; i < 3000; i++) {
                byte[] damaged = Arrays.copyOf(bytes, random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length);
                for (int n = random.nextInt(1, 4); n > 0 && damaged.length > 0; n--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(0x80);
                }
                try {
                    FirewallRules.parse(damaged).lines();
                } catch (QbfsException expected) {
                    // Refused, with a type.
                }
            }
        }
    }
}
