// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;

class InventoryTest {
    static final String CORE3 = """
            <?xml version='1.0' encoding='utf-8' standalone='yes'?>
            <qubes version="3.0">
              <labels>
                <label id="label-1" color="0xcc0000">red</label>
                <label id="label-8" color="0x000000">black</label>
              </labels>
              <pools><pool driver="file" name="varlibqubes"/></pools>
              <properties>
                <property name="default_netvm">sys-firewall</property>
                <property name="default_template">fedora</property>
              </properties>
              <domains>
                <domain id="domain-0" class="AdminVM">
                  <properties><property name="label">label-8</property></properties>
                  <features>
                    <feature name="backup-content">1</feature>
                    <feature name="backup-path">dom0-home/user</feature>
                    <feature name="backup-size">4096</feature>
                  </features>
                  <devices class="pci"/>
                  <tags/>
                </domain>
                <domain id="domain-2" class="TemplateVM">
                  <properties>
                    <property name="label">label-8</property>
                    <property name="name">fedora</property>
                    <property name="qid">2</property>
                    <property name="uuid">e3b8d458-8c4c-4ccb-b00d-b7ae454cb08f</property>
                  </properties>
                  <features>
                    <feature name="backup-content"></feature>
                    <feature name="qrexec">1</feature>
                  </features>
                </domain>
                <domain id="domain-7" class="AppVM">
                  <properties>
                    <property name="label">label-1</property>
                    <property name="name">wörk</property>
                    <property name="qid">7</property>
                    <property name="template">fedora</property>
                    <property name="netvm">sys-firewall</property>
                    <property name="memory">4000</property>
                    <property name="kernel"></property>
                  </properties>
                  <features>
                    <feature name="backup-content">True</feature>
                    <feature name="backup-path">vm7/</feature>
                    <feature name="backup-size">2097152000</feature>
                    <feature name="gui"/>
                  </features>
                  <tags><tag name="created-by-dom0"/><tag name="b &lt; a"/></tags>
                  <volume-config>
                    <volume name="root" pool="lvm" size="10737418240" snap_on_start="True"/>
                    <volume name="private" pool="lvm" rw="True" save_on_stop="True" size="2147483648" vid="x/y"/>
                    <volume name="kernel" pool="linux-kernel" vid=""/>
                  </volume-config>
                </domain>
                <domain id="domain-9" class="DispVM">
                  <properties>
                    <property name="name">disp9</property>
                    <property name="label">custom</property>
                    <property name="netvm"/>
                  </properties>
                </domain>
              </domains>
            </qubes>
            """;

    static final String CORE2 = """
            <QubesVmCollection updatevm="3" default_netvm="3" default_template="1" clockvm="2">
              <QubesTemplateVm qid="1" name="fedora-20" label="black" template_qid="none" netvm_qid="3"
                  uses_default_netvm="True" dir_path="/var/lib/qubes/vm-templates/fedora-20"/>
              <QubesNetVm qid="2" name="netvm" label="red" template_qid="1" services="{'ntpd': False}"/>
              <QubesProxyVm qid="3" name="firewallvm" label="green" template_qid="1" netvm_qid="2"
                  uses_default_netvm="False"/>
              <QubesAppVm qid="5" name="work" label="green" template_qid="1" netvm_qid="3" uses_default_netvm="True"
                  backup_content="True" backup_path="appvms/work" backup_size="1024" vcpus="2"/>
              <QubesAppVm qid="6" name="vault" template_qid="1" netvm_qid="none" uses_default_netvm="False"
                  backup_content="False" backup_path="appvms/vault" backup_size="1024"/>
              <QubesAppVm qid="7" name="alone" template_qid="None" netvm_qid="99" uses_default_netvm="False"/>
              <QubesHVm qid="14" name="windows" label="purple" template_qid="none" backup_content="True"
                  backup_path="vm14"/>
              <QubesTemplateHVm qid="16" name="win-template" template_qid="none"/>
              <QubesHVm qid="17" name="win-app" template_qid="16"/>
              <QubesDisposableVm qid="15" name="disp50" dispid="50" label="red" netvm_qid="2" template_qid="1"/>
            </QubesVmCollection>
            """;

    private static Inventory parse(String xml) throws CorruptData {
        return Inventory.parse(xml.getBytes(UTF_8));
    }

    @Test
    void core3TellsEverythingAboutAVm() throws Exception {
        Inventory inventory = parse(CORE3);
        assertEquals(List.of("dom0", "fedora", "wörk", "disp9"), inventory.vms().stream().map(Vm::name).toList());
        assertEquals(Map.of("default_netvm", "sys-firewall", "default_template", "fedora"), inventory.globals());
        Vm work = inventory.byName("wörk").orElseThrow();
        assertEquals(new Vm("wörk", OptionalInt.of(7), "AppVM", "AppVM", Optional.of("red"), Optional.of("fedora"),
                Netvm.named("sys-firewall"), true, Optional.of("vm7"), OptionalLong.of(2097152000),
                List.of(new Volume("root", Optional.of("lvm"), OptionalLong.of(10737418240L), false),
                        new Volume("private", Optional.of("lvm"), OptionalLong.of(2147483648L), true),
                        new Volume("kernel", Optional.of("linux-kernel"), OptionalLong.empty(), false)),
                List.of("created-by-dom0", "b < a"), Map.of("memory", "4000", "kernel", ""), Map.of("gui", "")), work);
        assertEquals(2147483648L, work.volume("private").orElseThrow().size().getAsLong());
        assertFalse(work.isDom0());
    }

    @Test
    void core3KnowsWhatTheBackupHolds() throws Exception {
        Inventory inventory = parse(CORE3);
        assertEquals(List.of("dom0", "wörk"), inventory.included().stream().map(Vm::name).toList());
        Vm dom0 = inventory.byBackupPath("dom0-home/user").orElseThrow();
        assertTrue(dom0.isDom0());
        assertEquals(OptionalInt.of(0), dom0.qid());
        assertEquals(Optional.empty(), inventory.byName("fedora").orElseThrow().backupPath());
        assertEquals("wörk", inventory.byBackupPath("vm7").orElseThrow().name());
        assertEquals("wörk", inventory.byBackupPath("vm7/").orElseThrow().name());
        assertEquals("wörk", inventory.owner("vm7/private.img").orElseThrow().name());
        assertEquals("wörk", inventory.owner("vm7/apps.templates/x").orElseThrow().name());
        assertEquals(dom0, inventory.owner("dom0-home/user").orElseThrow());
        for (String other : List.of("vm77/private.img", "vm", "", "/", "/vm7", "dom0-home/other", "dom0-home")) {
            assertEquals(Optional.empty(), inventory.owner(other), other);
        }
    }

    @Test
    void netvmIsToldAsTheRestoreSummaryTellsIt() throws Exception {
        assertEquals(List.of("(default)", "(default)", "sys-firewall", "-"),
                parse(CORE3).vms().stream().map(vm -> vm.netvm().toString()).toList());
        assertEquals(List.of("(default)", "(default)", "-", "netvm", "(default)", "-", "vm99", "(default)", "(default)",
                "(default)", "(default)"), parse(CORE2).vms().stream().map(vm -> vm.netvm().toString()).toList());
    }

    @Test
    void unknownLabelIsShownAsWritten() throws Exception {
        assertEquals(Optional.of("custom"), parse(CORE3).byName("disp9").orElseThrow().label());
    }

    @Test
    void core2ClassesAreToldInCore3Words() throws Exception {
        Inventory inventory = parse(CORE2);
        assertEquals(List.of("dom0 AdminVM QubesAdminVm", "fedora-20 TemplateVM QubesTemplateVm", "netvm AppVM QubesNetVm",
                        "firewallvm AppVM QubesProxyVm", "work AppVM QubesAppVm", "vault AppVM QubesAppVm",
                        "alone StandaloneVM QubesAppVm", "windows StandaloneVM QubesHVm",
                        "win-template TemplateVM QubesTemplateHVm", "win-app AppVM QubesHVm",
                        "disp50 DispVM QubesDisposableVm"),
                inventory.vms().stream().map(vm -> vm.name() + " " + vm.vmClass() + " " + vm.rawClass()).toList());
        assertEquals(List.of("work", "windows"), inventory.included().stream().map(Vm::name).toList());
        Vm work = inventory.byBackupPath("appvms/work").orElseThrow();
        assertEquals(new Vm("work", OptionalInt.of(5), "AppVM", "QubesAppVm", Optional.of("green"),
                Optional.of("fedora-20"), Netvm.DEFAULT, true, Optional.of("appvms/work"), OptionalLong.of(1024), List.of(),
                List.of(), Map.of("vcpus", "2"), Map.of()), work);
        assertEquals(Optional.of("win-template"), inventory.byName("win-app").orElseThrow().template());
        assertEquals(Optional.of("red"), inventory.byName("vault").orElseThrow().label());
        assertEquals(OptionalLong.empty(), inventory.byName("windows").orElseThrow().backupSize());
        assertEquals(Optional.empty(), inventory.byBackupPath("appvms/vault"));
        assertEquals(Map.of("updatevm", "3", "default_netvm", "3", "default_template", "1", "clockvm", "2"),
                inventory.globals());
    }

    @Test
    void core2WithDom0HasItOnce() throws Exception {
        Inventory inventory = parse("""
                <QubesVmCollection><QubesAdminVm qid="0" name="dom0" label="black" template_qid="none"
                  backup_content="True" backup_path="dom0-home/me" backup_size="1"/></QubesVmCollection>""");
        assertEquals(List.of("dom0"), inventory.vms().stream().map(Vm::name).toList());
        assertTrue(inventory.byBackupPath("dom0-home/me").orElseThrow().isDom0());
    }

    @Test
    void contentIsFalseOnlyWhenItSaysSo() throws Exception {
        for (String yes : List.of("1", "True", "true", "yes")) {
            assertEquals(1, parse(oneVm(yes, "vm1")).included().size(), yes);
        }
        for (String no : List.of("", "0", "False", "None")) {
            assertEquals(0, parse(oneVm(no, "vm1")).included().size(), no);
        }
        assertEquals(0, parse(oneVm("1", "")).included().size());
    }

    @Test
    void twoVmsWithOnePathAreRefused() {
        String one = oneVm("1", "vm1");
        String domain = one.substring(one.indexOf("<domain "), one.indexOf("</domains>"));
        assertThrows(CorruptData.class, () -> parse("<qubes><domains>" + domain + domain + "</domains></qubes>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "<", "<qubes>", "<qubes></QubesVmCollection>", "<other/>", "text", "<qubes/><qubes/>",
        "<qubes>&nbsp;</qubes>", "<qubes>&#0;</qubes>", "<qubes>&#xD800;</qubes>", "<qubes a='1' a='2'/>",
        "<!DOCTYPE qubes><qubes/>",
        "<!DOCTYPE qubes [<!ENTITY a 'b'>]><qubes>&a;</qubes>",
        "<!DOCTYPE qubes SYSTEM 'file:///etc/passwd'><qubes/>",
        "<!DOCTYPE qubes [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><qubes>&a;</qubes>",
        "<!DOCTYPE q [<!ENTITY % a SYSTEM 'http://127.0.0.1:1/'>%a;]><qubes/>",
        "<qubes><domains><domain id='domain-x'/></domains></qubes>",
        "<qubes><domains><domain id='domain--1'/></domains></qubes>",
        "<qubes><domains><domain id='domain-99999999999'/></domains></qubes>",
        "<qubes><domains><domain id='domain-99999999999999999999'/></domains></qubes>",
        "<qubes><domains><domain><properties><property/></properties></domain></domains></qubes>",
        "<qubes><domains><domain><volume-config><volume size='-5'/></volume-config></domain></domains></qubes>",
        "<QubesVmCollection><QubesAppVm qid='x'/></QubesVmCollection>",
        "<QubesVmCollection><QubesAppVm qid='1' template_qid='y'/></QubesVmCollection>"})
    void whatIsNoQubesXmlIsCorrupt(String xml) {
        CorruptData error = assertThrows(CorruptData.class, () -> parse(xml));
        assertEquals("qubes.xml", error.place().ranges().getFirst().source());
        assertFalse(error.getMessage().contains("root:"), error.getMessage());
    }

    @Test
    void entityBombIsRefusedAtOnce() {
        StringBuilder bomb = new StringBuilder("<!DOCTYPE q [<!ENTITY a0 'aaaaaaaaaaaaaaaaaaaa'>");
        for (int i = 1; i < 40; i++) {
            bomb.append("<!ENTITY a").append(i).append(" '").append(("&a" + (i - 1) + ";").repeat(10)).append("'>");
        }
        String xml = bomb + "]><qubes>&a39;</qubes>";
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThrows(CorruptData.class, () -> parse(xml)));
    }

    @Test
    void depthCountsAndSizeAreBounded() {
        String[] tooMuch = {
            "<qubes>".repeat(17) + "</qubes>".repeat(17),
            "<qubes>" + "<a/>".repeat(250_000) + "</qubes>",
            "<qubes" + many(101) + "/>",
            "<qubes>" + " ".repeat(16 << 20) + "</qubes>"};
        for (String xml : tooMuch) {
            assertThrows(CorruptData.class, () -> parse(xml));
        }
    }

    @Test
    void otherEncodingsAreCorrupt() {
        assertThrows(CorruptData.class, () -> Inventory.parse("<qubes>ä</qubes>".getBytes(UTF_16)));
        assertThrows(CorruptData.class, () -> Inventory.parse(new byte[] {'<', 'a', (byte) 0xc3, '/', '>'}));
    }

    @Test
    void damagedFilesNeverThrowAnythingElse() {
        Random random = new Random(5);
        for (String whole : List.of(CORE3, CORE2)) {
            byte[] bytes = whole.getBytes(UTF_8);
            for (int i = 0; i < 2000; i++) {
                byte[] damaged = bytes.clone();
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    int at = random.nextInt(bytes.length);
                    damaged[at] = (byte) (random.nextBoolean() ? "<>/&;\"'=!-[]x9 ".charAt(random.nextInt(15))
                            : random.nextInt());
                }
                parseAnyhow(damaged);
            }
            for (int length = 0; length < bytes.length; length += 3) {
                parseAnyhow(java.util.Arrays.copyOf(bytes, length));
            }
        }
    }

    private static void parseAnyhow(byte[] bytes) {
        try {
            Inventory.parse(bytes);
        } catch (QbfsException expected) {
            assertTrue(expected instanceof CorruptData);
        }
    }

    private static String many(int attributes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < attributes; i++) {
            text.append(" a").append(i).append("=''");
        }
        return text.toString();
    }

    private static String oneVm(String content, String path) {
        return "<qubes><domains><domain id='domain-1' class='AppVM'><properties><property name='name'>a</property>"
                + "</properties><features><feature name='backup-content'>" + content + "</feature>"
                + "<feature name='backup-path'>" + path + "</feature></features></domain></domains></qubes>";
    }
}
