// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qbfs.volume.MadeBackup;
import org.qbfs.volume.SourceTree;

/** {@code qbfs info} on real backups, as a process of its own. */
class InfoIT {
    @TempDir
    static Path directory;

    private static Path version4;
    private static Path version3;

    @BeforeAll
    static void makeBackups() throws Exception {
        SourceTree tree = SourceTree.make(directory.resolve("version4"), SourceTree.Layout.NUMBERS, true);
        Files.writeString(tree.top().resolve("vm1/notes.txt"), "Grüße\n\tone\033[2J two\u009b3\n");
        version4 = MadeBackup.make(tree, directory.resolve("4.backup"), List.of("--whole-dir", "vm4"));
        SourceTree old = SourceTree.make(directory.resolve("version3"), SourceTree.Layout.NAMES, false);
        Files.writeString(old.top().resolve("appvms/work/firewall.xml"), "<QubesFirewallRules policy=\"deny\" dns=\"allow\">"
                + "<rule address=\"192.0.2.7\" proto=\"tcp\" port=\"443\"/></QubesFirewallRules>");
        version3 = MadeBackup.make(old, directory.resolve("3.backup"), List.of("--version", "3", "--no-encrypted"));
    }

    private record Run(int exit, String out, String err) {
        void said(String... parts) {
            for (String part : parts) {
                assertTrue(out.contains(part), () -> "no \"" + part + "\" in\n" + this);
            }
        }
    }

    private static Run info(Path backup, String... arguments) throws IOException, InterruptedException {
        return info(MadeBackup.PASSPHRASE, backup, arguments);
    }

    private static Run info(String passphrase, Path backup, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Dstdout.encoding=UTF-8", "-cp",
                System.getProperty("java.class.path"), "org.qbfs.cli.Main", "info", backup.toString()));
        command.addAll(List.of(arguments));
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("QBFS_PASSPHRASE", passphrase);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out, Files.readString(err));
    }

    /** Rows are compared with single blanks between columns. */
    private static String squeezed(String text) {
        return text.replaceAll(" +", " ");
    }

    @Test
    void showsWhatARestoreWouldShow() throws Exception {
        Run run = info(version4);
        assertEquals(0, run.exit(), run::toString);
        String table = squeezed(run.out());
        for (String part : List.of("Version: 4, ID 20261120T101112-1234", "encrypted with scrypt, compressed with gzip",
                "VM CLASS LABEL TEMPLATE NETVM SIZE STORED FILES CHUNKS", "dom0 AdminVM red n/a (default) 7.3 KiB",
                "fedora TemplateVM red n/a - 32 KiB", "work AppVM red fedora (default) 121 KiB")) {
            assertTrue(table.contains(part), () -> "no \"" + part + "\" in\n" + run);
        }
        assertFalse(table.contains("Not in this backup"), run::toString);
    }

    @Test
    void showsBackupsOfVersion3() throws Exception {
        Run run = info(version3);
        assertEquals(0, run.exit(), run::toString);
        String table = squeezed(run.out());
        for (String part : List.of("Version: 3", "not encrypted, compressed with gzip, authenticated by HMAC with SHA512",
                "work AppVM blue fedora sys-net", "Not in this backup: the netvm sys-net (of work)")) {
            assertTrue(table.contains(part), () -> "no \"" + part + "\" in\n" + run);
        }
    }

    @Test
    void showsAllAboutOneVm() throws Exception {
        Run run = info(version4, "work");
        assertEquals(0, run.exit(), run::toString);
        String text = squeezed(run.out());
        for (String part : List.of("VM: work (number 1)", "Class: AppVM", "Label: red", "Template: fedora",
                "Network: (default)", "Tags: created-by-dom0", "Services: cups (off)", "Properties: memory=400",
                "root lvm 10 GiB no", "private lvm 321 KiB yes", "private.img 321 KiB", "apps.templates directory",
                "Firewall:\n accept tcp to 10.0.0.0/8 ports 22-23\n drop everything else\n",
                "Notes:\n Grüße\n one?[2J two?3\n")) {
            assertTrue(text.contains(part), () -> "no \"" + part + "\" in\n" + run);
        }
        assertEquals("", run.err());
    }

    @Test
    void showsFirewallRulesOfVersion1() throws Exception {
        info(version3, "work").said("(QubesAppVm)", "sys-net", "accept tcp to 192.0.2.7 port 443", "DNS servers", "drop everything else");
    }

    @ParameterizedTest
    @CsvSource({"dom0, AdminVM, user", "fedora, TemplateVM, (all)"})
    void showsDom0AndTemplates(String name, String vmClass, String file) throws Exception {
        Run run = info(version4, name);
        assertEquals(0, run.exit(), run::toString);
        run.said(vmClass, "\n" + file + " ");
    }

    @Test
    void saysAllThatInJson() throws Exception {
        Run one = info(version4, "work", "--json");
        assertEquals(0, one.exit(), one::toString);
        one.said("\"name\": \"work\"", "\"template\": \"fedora\"", "\"netvm\": null", "\"netvmIsDefault\": true",
                "\"keepsChanges\": true", "\"size\": " + SourceTree.IMAGE_SIZE, "\"drop everything else\"",
                "\"notes\": \"Grüße\\u000a\\u0009one\\u001b[2J two\\u009b3", "\"memory\": \"400\"");
        info(version3, "--json").said("\"netvm\": \"sys-net\"", "\"mac\": \"SHA512\"", "\"template\": \"fedora\"",
                "\"path\": \"appvms/work/private.img\"");
    }

    @Test
    void showsAVmThatIsOnlyListed() throws Exception {
        Run run = info(version3, "sys-net");
        assertEquals(0, run.exit(), run::toString);
        run.said("QubesNetVm", "none: the backup does not hold this VM");
    }

    @Test
    void refusesAnUnknownVm() throws Exception {
        Run run = info(version4, "nobody\033");
        assertEquals(1, run.exit(), run::toString);
        assertEquals("qbfs: nobody?: no such VM in the backup\n", run.err());
        assertEquals("", run.out());
    }

    @Test
    void endsWith3ForAWrongPassphraseInEveryVersion() throws Exception {
        for (Path backup : List.of(version4, version3)) {
            Run run = info("wrong", backup);
            assertEquals(3, run.exit(), run::toString);
            assertTrue(run.err().startsWith("qbfs: the passphrase does not open the backup\n"), run::err);
        }
    }
}
