// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.qbfs.backup.Passphrase;
import org.qbfs.error.QbfsException;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;

/**
 * Damages small backups of every version in random ways, reads all that is then readable, and compares it with the truth:
 * no wrong byte, no crash, no hang.
 */
public final class FlipRun {
    private static final int SECONDS_FOR_ONE = 20;
    private static final int CHUNK = 10_240;
    private static final int READ = 1000;
    private static final Stamp SAME = new Stamp(1, 2);
    /** By number where the list of VMs is lost. */
    private static final Map<String, String> NAMES = Map.of("vm1", "work", "vm2", "personal");

    private static final List<List<String>> KINDS = List.of(
            List.of("4", "--compressed", "gnu"),
            List.of("4", "--no-compressed", "pax10"),
            List.of("3", "--encrypted", "--compressed", "gnu"),
            List.of("3", "--encrypted", "--no-compressed", "pax10"),
            List.of("3", "--no-encrypted", "--compressed", "pax10"),
            List.of("3", "--no-encrypted", "--no-compressed", "gnu"),
            List.of("2", "--encrypted", "--compressed", "gnu"),
            List.of("2", "--encrypted", "--no-compressed", "none"),
            List.of("2", "--no-encrypted", "--compressed", "none"),
            List.of("2", "--no-encrypted", "--no-compressed", "gnu"),
            List.of("2-headerless", "--encrypted", "--no-compressed", "gnu"));

    private final Path file;
    private final Path index;
    private final List<Subject> subjects = new ArrayList<>();
    private final ExecutorService reader = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "flip");
        thread.setDaemon(true);
        return thread;
    });
    private final Result result = new Result();

    /** @param index what was learned of the whole backup */
    private record Subject(String kind, Damage damage, Map<String, Object> truth, Path index) {}

    /** A file as it should be. */
    private record Truth(byte[] bytes, int mode, Optional<java.time.Instant> modified) {}

    /** What came of all cases. */
    static final class Result {
        int cases;
        int refused;
        int withErrors;
        int complete;
        long bytesRight;
        final List<String> failures = new ArrayList<>();

        @Override
        public String toString() {
            return cases + " cases: " + refused + " not opened, " + withErrors + " with something missing or unreadable, "
                    + complete + " complete; " + bytesRight + " bytes compared; " + failures.size() + " failures";
        }
    }

    /** Makes the backups in {@code directory} with the real tools. */
    FlipRun(Path directory) throws IOException, InterruptedException {
        Path tree = makeTree(directory.resolve("tree"));
        for (List<String> kind : KINDS) {
            Path made = directory.resolve("backup" + subjects.size());
            List<String> command = new ArrayList<>(List.of(Path.of("src/test/scripts/make-backup").toAbsolutePath().toString(),
                    "--chunk-size", String.valueOf(CHUNK), "--scrypt-r", "1", "--version", kind.getFirst()));
            command.addAll(kind.subList(1, kind.size() - 1));
            command.addAll(List.of("--sparse", kind.getLast(), tree.toString(), made.toString()));
            MadeBackup.run(command);
            Map<String, Object> truth = new TreeMap<>();
            Path index = Files.createDirectory(directory.resolve("learned" + subjects.size()));
            try (BackupFile backup = open(made, Optional.of(index), path -> SAME)) {
                collect(BackupTree.of(backup).root(), "", truth);
                new Learner(backup, false, (done, what) -> {}).run();
            }
            check(tree, truth);
            subjects.add(new Subject(String.join(" ", kind), new Damage(Files.readAllBytes(made)), truth, index));
        }
        this.file = directory.resolve("damaged");
        this.index = directory.resolve("index");
    }

    private static Path makeTree(Path tree) throws IOException {
        Files.createDirectories(tree.resolve("vm1"));
        Files.createDirectories(tree.resolve("vm2"));
        Path home = Files.createDirectories(tree.resolve("dom0-home/user/deeper"));
        StringBuilder list = new StringBuilder("<qubes version=\"3.0\"><labels/><properties/><domains>");
        String[][] vms = {{"0", "AdminVM", "dom0", "dom0-home/user"}, {"1", "AppVM", "work", "vm1/"}, {"2", "AppVM", "personal", "vm2/"}};
        for (String[] vm : vms) {
            list.append(String.format("<domain id=\"domain-%s\" class=\"%s\"><properties><property name=\"qid\">%1$s</property>"
                    + "<property name=\"name\">%s</property></properties><features><feature name=\"backup-content\">1</feature>"
                    + "<feature name=\"backup-path\">%s</feature></features></domain>", (Object[]) vm));
        }
        Files.writeString(tree.resolve("qubes.xml"), list.append("</domains></qubes>"));
        Files.writeString(tree.resolve("vm1/firewall.xml"), "<firewall version=\"2\"><rules/></firewall>\n");
        try (RandomAccessFile image = new RandomAccessFile(tree.resolve("vm1/private.img").toFile(), "rw")) {
            image.setLength(60_000);
            image.seek(4096);
            image.write(TestBackup.random(14_000));
            image.seek(45_056);
            image.write(TestBackup.random(9_000));
        }
        Files.write(tree.resolve("vm2/private.img"), TestBackup.random(13_000));
        Files.writeString(home.resolve("note"), "a note\n");
        Files.createLink(home.resolve("the same note"), home.resolve("note"));
        Files.createSymbolicLink(home.resolveSibling("link"), Path.of("deeper/note"));
        Files.write(home.resolveSibling("noise"), TestBackup.random(3000));
        return tree;
    }

    /** The truth that the reader gave of the whole backup is what the files hold. */
    private static void check(Path tree, Map<String, Object> truth) throws IOException {
        Map<String, String> files = Map.of("/work/private.img", "vm1/private.img", "/work/firewall.xml", "vm1/firewall.xml",
                "/personal/private.img", "vm2/private.img", "/dom0/user/noise", "dom0-home/user/noise",
                "/dom0/user/deeper/the same note", "dom0-home/user/deeper/note", "/qubes.xml", "qubes.xml");
        for (Map.Entry<String, String> entry : files.entrySet()) {
            if (!(truth.get(entry.getKey()) instanceof Truth found)
                    || !Arrays.equals(found.bytes, Files.readAllBytes(tree.resolve(entry.getValue())))) {
                throw new AssertionError(entry + " is not in " + truth.keySet());
            }
        }
    }

    private static BackupFile open(Path path, Optional<Path> index, Stamp.Source stamps) throws IOException {
        return BackupFile.open(path, new Passphrase(MadeBackup.PASSPHRASE.getBytes(StandardCharsets.UTF_8)),
                new Settings(32 << 20, 64 << 20, 2, Optional.empty(), index, Settings.Spill.defaults()), Ahead.NOTHING, stamps);
    }

    /** A copy of what was learned of the whole backup, since reading writes to it. */
    private Optional<Path> copyOf(Path learned) throws IOException {
        Files.createDirectories(index);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(index)) {
            for (Path one : old) {
                Files.delete(one);
            }
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(learned)) {
            for (Path one : all) {
                Files.copy(one, index.resolve(one.getFileName()));
            }
        }
        return Optional.of(index);
    }

    private static void collect(Directory directory, String path, Map<String, Object> truth) throws IOException {
        for (String name : directory.names()) {
            String at = path + "/" + name;
            switch (directory.child(name).orElseThrow()) {
                case Directory inner -> collect(inner, at, truth);
                case RegularFile regular -> truth.put(at, new Truth(
                        regular.contents().readBytes(0, (int) regular.contents().size()), regular.attributes().permissions(),
                        path.isEmpty() ? Optional.empty() : Optional.of(regular.attributes().modified())));
                case SymbolicLink link -> truth.put(at, link.target());
            }
        }
    }

    /** Runs {@code count} cases; the one that a message names by its seed is the first of a run with that seed. */
    Result run(int count, long seed) throws IOException {
        for (int i = 0; i < count; i++) {
            Subject subject = subjects.get((int) ((seed + i) % subjects.size()));
            Damage.Damaged damaged = subject.damage.next(new Random(seed + i));
            // Without an index; with that of the whole backup; and so that nothing tells that the file was touched.
            int round = (int) ((seed + i) / subjects.size() % 3);
            Optional<Path> known = round == 0 ? Optional.empty() : copyOf(subject.index);
            String what = "seed " + (seed + i) + ", version " + subject.kind + ", " + damaged.what() + ", index " + round;
            Files.write(file, damaged.bytes());
            Future<?> done = reader.submit(() -> {
                read(subject, what, known, round == 2 ? path -> SAME : Stamp::of);
                return null;
            });
            try {
                done.get(SECONDS_FOR_ONE, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                fail(what + ": hangs");
            } catch (Exception e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                fail(what + ": " + cause + " " + Arrays.toString(Arrays.copyOf(cause.getStackTrace(), 4)));
            }
            result.cases++;
        }
        return result;
    }

    private void fail(String what) {
        synchronized (result) {
            result.failures.add(what);
        }
    }

    private void read(Subject subject, String what, Optional<Path> known, Stamp.Source stamps) throws IOException {
        BackupFile backup;
        try {
            backup = open(file, known, stamps);
        } catch (QbfsException e) {
            result.refused++;
            return;
        }
        int[] found = new int[2];
        try (backup) {
            walk(BackupTree.of(backup).root(), "", subject.truth, what, found);
        }
        if (found[1] > 0 || found[0] < subject.truth.size()) {
            result.withErrors++;
        } else {
            result.complete++;
        }
    }

    /** Counts in {@code found}: what is right, what is unreadable. */
    private void walk(Directory directory, String path, Map<String, Object> truth, String what, int[] found)
            throws IOException {
        try {
            found[1] += directory.damage().size();
            for (String name : directory.names()) {
                Optional<Node> node;
                try {
                    node = directory.child(name);
                } catch (QbfsException e) {
                    found[1]++;
                    continue;
                }
                String at = path + "/" + (path.isEmpty() ? NAMES.getOrDefault(name, name) : name);
                switch (node.orElseThrow()) {
                    case Directory inner -> walk(inner, at, truth, what, found);
                    case RegularFile regular -> compare(regular, at, truth.get(at), what, found);
                    case SymbolicLink link -> {
                        if (!link.target().equals(truth.get(at))) {
                            fail(what + ": " + at + " is a link to " + link.target());
                        }
                        found[0]++;
                    }
                }
            }
        } catch (QbfsException e) {
            found[1]++;
        }
    }

    private void compare(RegularFile regular, String at, Object expected, String what, int[] found) throws IOException {
        if (!(expected instanceof Truth truth)) {
            fail(what + ": " + at + " is a file, and should not be there");
            return;
        }
        if (regular.attributes().size() != truth.bytes.length || regular.attributes().permissions() != truth.mode
                || truth.modified.isPresent() && !regular.attributes().modified().equals(truth.modified.get())) {
            fail(what + ": " + at + " has other attributes: " + regular.attributes());
            return;
        }
        boolean whole = true;
        // From the middle first, so that not all reads go forward.
        int middle = truth.bytes.length / 2 / READ * READ;
        for (int i = 0; i < truth.bytes.length; i += READ) {
            int from = (int) ((middle + (long) i) % ((truth.bytes.length + READ - 1) / READ * READ));
            int length = Math.min(READ, truth.bytes.length - from);
            ByteBuffer dst = ByteBuffer.allocate(length);
            try {
                int got = regular.contents().read(from, dst);
                if (got != length || !Arrays.equals(dst.array(), 0, length, truth.bytes, from, from + length)) {
                    fail(what + ": " + at + " has " + got + " bytes at " + from + " that are wrong");
                    return;
                }
                result.bytesRight += got;
            } catch (QbfsException e) {
                whole = false;
            }
        }
        found[whole ? 0 : 1]++;
    }

    /** Arguments: how many cases, and where the random numbers begin. */
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        Path directory = Files.createTempDirectory("flip-test");
        Result result;
        long start = System.nanoTime();
        try {
            result = new FlipRun(directory).run(count, seed);
        } finally {
            try (java.util.stream.Stream<Path> files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
            }
        }
        result.failures.forEach(System.out::println);
        System.out.println(result + "; " + (System.nanoTime() - start) / 1_000_000_000 + " s");
        System.exit(result.failures.isEmpty() ? 0 : 1);
    }
}
