// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;

/**
 * A small tree of files to make backups of, with what is odd in real ones: images with holes and data at odd
 * places, an empty file, directories beside images, a template that is archived as one directory, a home with
 * links, long and non-ASCII names. Made once; the same on every run.
 */
public final class SourceTree {
    /** Where the files of VMs lie. */
    public enum Layout {
        /** Version 4, and encrypted backups of versions 2 and 3. */
        NUMBERS("vm1", "vm4"),
        /** Backups of versions 2 and 3 that are not encrypted. */
        NAMES("appvms/work", "vm-templates/fedora");

        final String work;
        final String fedora;

        Layout(String work, String fedora) {
            this.work = work;
            this.fedora = fedora;
        }
    }

    public static final int IMAGE_SIZE = 320 * 1024 + 777;
    private static final int READS = 25;
    private static final int LONGEST_READ = 20_000;

    private final Path top;
    private final Layout layout;

    private SourceTree(Path top, Layout layout) {
        this.top = top;
        this.layout = layout;
    }

    /** Makes the tree in {@code top}; core3 is the schema of version 4's list of VMs. */
    public static SourceTree make(Path top, Layout layout, boolean core3) throws IOException {
        SourceTree tree = new SourceTree(top, layout);
        Files.createDirectories(top);
        tree.text("qubes.xml", core3 ? core3(layout) : core2(layout));
        tree.work();
        tree.fedora();
        tree.home();
        try (Stream<Path> all = Files.walk(top)) {
            int seconds = 0;
            for (Path path : all.sorted().toList()) {
                if (!Files.isSymbolicLink(path)) {
                    Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(1_400_000_000 + 86_399L * seconds++)));
                }
            }
        }
        return tree;
    }

    public Path top() {
        return top;
    }

    Layout layout() {
        return layout;
    }

    /** The path of the image that most tests look at, as the backup stores it. */
    String image() {
        return layout.work + "/private.img";
    }

    private void work() throws IOException {
        Files.createDirectories(top.resolve(layout.work + "/apps.templates"));
        // At the start, across block and page seams, one byte alone, and up to the odd end.
        image(image(), 1, new int[][] {{0, 5_000}, {65_535, 2}, {100_001, 40_000}, {150_300, 1}, {200 * 1024, 30_000},
            {320_000, IMAGE_SIZE - 320_000}});
        image(layout.work + "/all-hole.img", 2, new int[][] {});
        text(layout.work + "/firewall.xml", "<firewall version=\"2\"><rules><rule><properties>"
                + "<property name=\"action\">accept</property><property name=\"proto\">tcp</property>"
                + "<property name=\"dsthost\">10.0.0.0/8</property><property name=\"dstports\">22-23</property>"
                + "</properties></rule></rules></firewall>");
        text(layout.work + "/notes.txt", "Grüße\n");
        text(layout.work + "/empty", "");
        for (int i = 0; i < 12; i++) {
            text(layout.work + "/apps.templates/entry-" + i + ".desktop", ("Name=entry " + i + "\n").repeat(1 + 97 * i));
        }
    }

    private void fedora() throws IOException {
        Path directory = Files.createDirectories(top.resolve(layout.fedora + "/apps"));
        image(layout.fedora + "/root.img", 3, new int[][] {{4096, 12_288}, {200_000, 20_001}});
        text(layout.fedora + "/apps/a.desktop", "a".repeat(20_000));
        Files.createSymbolicLink(directory.resolve("b.desktop"), Path.of("a.desktop"));
        Files.createLink(directory.resolve("c.desktop"), directory.resolve("a.desktop"));
        text(layout.fedora + "/" + "l".repeat(120) + ".list", "long");
    }

    private void home() throws IOException {
        Path home = Files.createDirectories(top.resolve("dom0-home/user/Documents/" + "d".repeat(90)));
        text("dom0-home/user/Documents/ünï © ファイル.txt", "non-ASCII");
        text("dom0-home/user/Documents/" + "d".repeat(90) + "/" + "f".repeat(200), "long names");
        text("dom0-home/user/ leading, trailing ", "blanks");
        image("dom0-home/user/disk.img", 4, new int[][] {{1, 511}, {250_001, 7_001}});
        Path user = top.resolve("dom0-home/user");
        text("dom0-home/user/script", "#!/bin/sh\n");
        Files.setPosixFilePermissions(user.resolve("script"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.createDirectory(user.resolve("empty directory"));
        Files.createLink(user.resolve("hard link"), user.resolve("script"));
        Files.createSymbolicLink(user.resolve("documents"), Path.of("Documents"));
        Files.createSymbolicLink(user.resolve("out of it"), Path.of("/etc/../" + "x".repeat(150)));
        Files.createSymbolicLink(home.resolve("nowhere"), Path.of("../ünï"));
    }

    private void text(String path, String text) throws IOException {
        Files.writeString(top.resolve(path), text);
    }

    /** A file of {@link #IMAGE_SIZE} with data at {@code extents}, half of it such as compressors cannot shrink. */
    private void image(String path, long seed, int[][] extents) throws IOException {
        Random random = new Random(seed);
        try (FileChannel out = FileChannel.open(top.resolve(path), Set.of(StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE))) {
            for (int[] extent : extents) {
                byte[] bytes = new byte[extent[1]];
                random.nextBytes(bytes);
                for (int i = bytes.length / 2; i < bytes.length; i++) {
                    bytes[i] = (byte) (1 + i % 7);
                }
                out.write(ByteBuffer.wrap(bytes), extent[0]);
            }
            if (out.size() < IMAGE_SIZE) {
                out.write(ByteBuffer.wrap(new byte[1]), IMAGE_SIZE - 1);
            }
        }
    }

    /**
     * Compares everything in {@code backup} with what was archived.
     *
     * @param dereferenced whether links of VMs were archived as what they point to
     */
    void compare(BackupFile backup, boolean dereferenced) throws IOException {
        assertEquals(List.of(), backup.problems());
        BackupTree tree = BackupTree.of(backup);
        assertEquals(Set.of("backup-header", "qubes.xml", "work", "fedora", "dom0"), tree.root().names());
        RegularFile list = assertInstanceOf(RegularFile.class, tree.find("qubes.xml").orElseThrow());
        assertArrayEquals(Files.readAllBytes(top.resolve("qubes.xml")), list.contents().readBytes(0, (int) list.contents().size()));
        compare("work", tree, top.resolve(layout.work), dereferenced);
        compare("fedora", tree, top.resolve(layout.fedora), dereferenced);
        compare("dom0", tree, top.resolve("dom0-home"), false);
    }

    /** Compares the one image of {@link #image}. */
    void compareImage(BackupFile backup) throws IOException {
        assertEquals(List.of(), backup.problems());
        compare("work/private.img", BackupTree.of(backup), top.resolve(image()), false);
    }

    private void compare(String path, BackupTree tree, Path original, boolean dereferenced) throws IOException {
        Node node = tree.find(path).orElseThrow(() -> new AssertionError(path + " is not there"));
        if (Files.isSymbolicLink(original) && !dereferenced) {
            SymbolicLink link = assertInstanceOf(SymbolicLink.class, node, path);
            assertEquals(Files.readSymbolicLink(original).toString(), link.target(), path);
        } else if (Files.isDirectory(original)) {
            Directory directory = assertInstanceOf(Directory.class, node, path);
            Set<String> names;
            try (Stream<Path> list = Files.list(original)) {
                names = list.map(child -> child.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
            }
            assertEquals(names, new TreeSet<>(directory.names()), path);
            for (String name : names) {
                compare(path + "/" + name, tree, original.resolve(name), dereferenced);
            }
        } else {
            compareFile(path, assertInstanceOf(RegularFile.class, node, path), original);
        }
    }

    private static void compareFile(String path, RegularFile file, Path original) throws IOException {
        byte[] expected = Files.readAllBytes(original);
        Attributes attributes = file.attributes();
        assertEquals(expected.length, attributes.size(), path);
        assertEquals(expected.length, file.contents().size(), path);
        assertEquals(Files.getLastModifiedTime(original).toInstant(), attributes.modified(), path);
        int mode = (Integer) Files.getAttribute(original, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        assertEquals(mode & 0444 | 0400, attributes.permissions(), path);
        // Random reads first, while nothing is decoded yet.
        Random random = new Random(path.hashCode());
        for (int i = 0; i < READS; i++) {
            int position = random.nextInt(expected.length + 100);
            int length = 1 + random.nextInt(LONGEST_READ);
            int wanted = Math.clamp((long) expected.length - position, 0, length);
            ByteBuffer dst = ByteBuffer.allocate(length);
            String what = path + " [" + position + ", " + (position + length) + ")";
            assertEquals(wanted, file.contents().read(position, dst), what);
            assertEquals(ByteBuffer.wrap(expected, Math.min(position, expected.length), wanted), dst.flip(), what);
        }
        assertArrayEquals(expected, file.contents().readBytes(0, expected.length), path);
    }

    private static String core2(Layout layout) {
        return String.format("""
                <QubesVmCollection default_netvm="2" default_template="4">
                  <QubesTemplateVm name="fedora" qid="4" label="black" dir_path="/var/lib/qubes/vm-templates/fedora" \
                backup_content="True" backup_path="%s" backup_size="32289"/>
                  <QubesNetVm name="sys-net" qid="2" label="red" template_qid="4" backup_content="False"/>
                  <QubesAppVm name="work" qid="1" label="blue" template_qid="4" uses_default_netvm="False" netvm_qid="2" \
                memory="400" backup_content="True" backup_path="%s" backup_size="123777"/>
                  <QubesAdminVm name="dom0" qid="0" label="black" backup_content="True" backup_path="dom0-home/user" \
                backup_size="7512"/>
                </QubesVmCollection>
                """, layout.fedora, layout.work);
    }

    private static String core3(Layout layout) {
        String vm = """
                <domain id="domain-%d" class="%s"><properties><property name="name">%s</property>\
                <property name="qid">%d</property><property name="label">label-1</property>%s</properties>\
                <features><feature name="backup-content">1</feature><feature name="backup-path">%s/</feature>\
                <feature name="backup-size">%d</feature><feature name="service.cups"></feature></features>\
                <tags><tag name="created-by-dom0"/></tags>%s</domain>
                """;
        return "<qubes version=\"3.0\"><labels><label id=\"label-1\" color=\"0xcc0000\">red</label></labels>"
                + "<properties><property name=\"default_netvm\">sys-net</property></properties><domains>"
                + String.format(vm, 0, "AdminVM", "dom0", 0, "", "dom0-home", 7512, "")
                + String.format(vm, 4, "TemplateVM", "fedora", 4, "<property name=\"netvm\"/>", layout.fedora, 32289, "")
                + String.format(vm, 1, "AppVM", "work", 1, "<property name=\"template\">fedora</property>"
                        + "<property name=\"memory\">400</property>", layout.work, 123777, "<volume-config>"
                        + "<volume name=\"root\" pool=\"lvm\" size=\"10737418240\" snap_on_start=\"True\"/>"
                        + "<volume name=\"private\" pool=\"lvm\" size=\"328457\" save_on_stop=\"True\" rw=\"True\"/>"
                        + "</volume-config>")
                + "</domains></qubes>\n";
    }
}
