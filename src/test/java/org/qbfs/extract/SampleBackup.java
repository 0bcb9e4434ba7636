// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Member;
import org.qbfs.backup.Passphrase;
import org.qbfs.io.MemorySource;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.Settings;

/**
 * A small tree of two VMs and a home, backups of it by the real tools, and what can happen to the members of a backup.
 */
public final class SampleBackup {
    /** The passphrase of all of them. */
    public static final String PASSPHRASE = "s3cret pass";
    /** How large the image of "personal" is, which has no holes. */
    public static final int PERSONAL = 400_000;
    /** How large chunks are. */
    public static final int CHUNK = 102_400;

    private static final int WORK = 3 << 20;

    private final Path tree;

    private SampleBackup(Path tree) {
        this.tree = tree;
    }

    /** Makes the tree in {@code tree}. */
    public static SampleBackup make(Path tree) throws IOException {
        Files.createDirectories(tree.resolve("vm1"));
        Files.createDirectories(tree.resolve("vm2"));
        Path home = Files.createDirectories(tree.resolve("dom0-home/user/Documents"));
        Files.writeString(tree.resolve("qubes.xml"), "<qubes version=\"3.0\"><labels/><properties/><domains>"
                + domain(0, "AdminVM", "dom0", "dom0-home/user") + domain(1, "AppVM", "work", "vm1/")
                + domain(2, "AppVM", "personal", "vm2/") + "</domains></qubes>");
        Files.writeString(tree.resolve("vm1/firewall.xml"), "<firewall version=\"2\"><rules/></firewall>\n");
        Random random = new Random(7);
        try (RandomAccessFile image = new RandomAccessFile(tree.resolve("vm1/private.img").toFile(), "rw")) {
            image.setLength(WORK);
            for (int[] extent : new int[][] {{4096, 70_000}, {1 << 20, 100_000}, {(2 << 20) + 512, 5000}}) {
                image.seek(extent[0]);
                image.write(random(random, extent[1]));
            }
        }
        Files.write(tree.resolve("vm2/private.img"), random(random, PERSONAL));
        Files.writeString(home.resolve("ünï code"), "non-ASCII\n");
        Files.writeString(home.resolveSibling("note"), "a note\n");
        Files.createLink(home.resolve("the same note"), home.resolveSibling("note"));
        Files.createSymbolicLink(home.resolveSibling("out of it"), Path.of("../../nowhere"));
        Files.createSymbolicLink(home.resolveSibling("documents"), Path.of("Documents"));
        for (String path : List.of("vm1/private.img", "vm2/private.img", "dom0-home/user/note", "dom0-home/user/Documents")) {
            Files.setLastModifiedTime(tree.resolve(path), FileTime.from(Instant.ofEpochSecond(1_500_000_000)));
        }
        return new SampleBackup(tree);
    }

    private static String domain(int qid, String kind, String name, String path) {
        return "<domain id=\"domain-" + qid + "\" class=\"" + kind + "\"><properties><property name=\"qid\">" + qid
                + "</property><property name=\"name\">" + name + "</property></properties><features>"
                + "<feature name=\"backup-content\">1</feature><feature name=\"backup-path\">" + path + "</feature>"
                + "</features></domain>";
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The files as they were archived. */
    public Path tree() {
        return tree;
    }

    /** What the file {@code path} of the backup's tree was. */
    public Path original(String path) {
        return tree.resolve(path.replaceFirst("^work/", "vm1/").replaceFirst("^personal/", "vm2/")
                .replaceFirst("^dom0/", "dom0-home/"));
    }

    /** Makes a backup at {@code out}. */
    public Path backup(Path out, String... options) throws IOException, InterruptedException {
        return backup(tree, out, options);
    }

    /** Makes a backup of {@code tree} at {@code out}. */
    public static Path backup(Path tree, Path out, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of("src/test/scripts/make-backup").toAbsolutePath().toString()));
        command.addAll(List.of("--chunk-size", String.valueOf(CHUNK)));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of(tree.toString(), out.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("QBFS_PASSPHRASE", PASSPHRASE);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return out;
    }

    /** Opens a backup. */
    public static BackupFile open(Path backup) throws IOException {
        return BackupFile.open(backup, new Passphrase(PASSPHRASE.getBytes(StandardCharsets.UTF_8)),
                new Settings(16 << 20, 64 << 20, 2, Optional.empty(), Optional.empty(), Settings.Spill.defaults()));
    }

    /** Where the member {@code name} lies in {@code backup}. */
    public static Member member(Path backup, String name) throws IOException {
        return catalog(backup).member(name).orElseThrow(() -> new AssertionError(name + " is not in " + backup));
    }

    private static Catalog catalog(Path backup) throws IOException {
        return Catalog.scan(new MemorySource(backup.getFileName().toString(), Files.readAllBytes(backup)));
    }

    /** Writes {@code out}: {@code backup} with a bit of the byte {@code offset} of member {@code name} turned. */
    public static Path flip(Path backup, Path out, String name, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(backup);
        bytes[(int) member(backup, name).dataOffset() + offset] ^= 4;
        return Files.write(out, bytes);
    }

    /** Writes {@code out}: {@code backup} with its archives, one for each member, put together anew. */
    public static Path rearrange(Path backup, Path out, UnaryOperator<List<Archive>> change) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Archive archive : change.apply(archives(backup))) {
            all.write(archive.bytes());
        }
        return Files.write(out, all.toByteArray());
    }

    /**
     * The archive of one member.
     *
     * @param name the member
     * @param bytes all of the archive, with headers and the zeros behind it
     */
    public record Archive(String name, byte[] bytes) {}

    private static List<Archive> archives(Path backup) throws IOException {
        byte[] bytes = Files.readAllBytes(backup);
        List<Member> members = new ArrayList<>();
        Catalog catalog = catalog(backup);
        catalog.member(Catalog.HEADER).ifPresent(members::add);
        catalog.member(Catalog.HEADER_MAC).ifPresent(members::add);
        catalog.groups().forEach(group -> group.chunks().forEach(chunk -> {
            members.add(chunk.member());
            chunk.mac().ifPresent(members::add);
        }));
        List<Archive> archives = new ArrayList<>();
        int start = 0;
        for (Member member : members) {
            // Each archive is filled up to a record.
            int end = start + (int) ((member.end() - start + 1024 + 10_239) / 10_240 * 10_240);
            archives.add(new Archive(member.name(), Arrays.copyOfRange(bytes, start, end)));
            start = end;
        }
        assertEquals(bytes.length, start);
        return archives;
    }
}
