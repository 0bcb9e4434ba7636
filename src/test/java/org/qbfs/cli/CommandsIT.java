// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qbfs.cli.Program.Result;
import org.qbfs.extract.SampleBackup;

/** {@code qbfs extract} and {@code qbfs verify} as processes: exit codes, output, signals and limits. */
class CommandsIT {
    private static final int BIG = 192 << 20;

    @TempDir
    static Path shared;
    private static SampleBackup sample;
    private static Path whole;
    private static Path damaged;
    private static Path big;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        sample = SampleBackup.make(shared.resolve("tree"));
        whole = sample.backup(shared.resolve("whole"));
        damaged = SampleBackup.flip(whole, shared.resolve("damaged"), "vm2/private.img.001.enc", 5000);
        big = makeBig();
    }

    private static List<String> command(String... arguments) {
        return Program.command(arguments);
    }

    private ProcessBuilder builder(List<String> command, String passphrase) {
        return new Program(directory).builder(command, passphrase);
    }

    private Result run(List<String> command, String passphrase) throws IOException, InterruptedException {
        return new Program(directory).run(command, passphrase);
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        return new Program(directory).run(arguments);
    }

    private List<String> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(path -> !Files.isDirectory(path)).map(path -> below.relativize(path).toString()).sorted().toList();
        }
    }

    @Test
    void verifySaysThatAllIsWhole() throws IOException, InterruptedException {
        Result result = run("verify", whole.toString());
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("All 5 files are whole and authentic"), result::toString);
        assertTrue(result.out().matches("(?s).*personal +private\\.img +4 +ok.*"), result::toString);
    }

    @Test
    void verifyNamesWhatIsDamaged() throws IOException, InterruptedException {
        Result result = run("verify", "--json", damaged.toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.out().contains("\"chunk\": \"vm2/private.img.001\""), result::toString);
        assertTrue(result.out().contains("\"damaged\": true"), result::toString);
        assertTrue(result.out().contains("\"complete\": true"), result::toString);
        assertEquals(0, run("verify", damaged.toString(), "work").code());
    }

    @Test
    void extractAndVerifyTellAWrongPassphrase() throws IOException, InterruptedException {
        assertEquals(3, run(command("verify", whole.toString()), "wrong").code());
        Result result = run(command("extract", whole.toString(), "--all", "-C", directory.resolve("out").toString()), "wrong");
        assertEquals(3, result.code(), result::toString);
        assertFalse(Files.exists(directory.resolve("out")));
    }

    @Test
    void extractWritesOneFileToStandardOutput() throws IOException, InterruptedException {
        Path out = directory.resolve("image");
        Process process = builder(command("extract", whole.toString(), "work/private.img", "-C", "-"), SampleBackup.PASSPHRASE)
                .redirectOutput(out.toFile()).start();
        assertEquals(0, process.waitFor());
        assertEquals(-1, Files.mismatch(sample.original("work/private.img"), out));
    }

    @Test
    void extractEndsWith4ForDamageAndKeepsOtherFiles() throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Result result = run("extract", "--no-progress", damaged.toString(), "--all", "-C", out.toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.errors().contains("vm2/private.img.001"), result::toString);
        assertFalse(Files.exists(out.resolve("personal/private.img")));
        assertTrue(Files.exists(out.resolve("work/private.img")));
    }

    @Test
    void salvagedBytesAreWrittenInTheirPlaceAndListed() throws IOException, InterruptedException {
        byte[] image = new byte[4 << 20];
        new Random(1).nextBytes(image);
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("vm2"));
        Files.copy(sample.tree().resolve("qubes.xml"), tree.resolve("qubes.xml"));
        Files.write(tree.resolve("vm2/private.img"), image);
        Path backup = SampleBackup.flip(SampleBackup.backup(tree, directory.resolve("noise")), directory.resolve("flipped"),
                "vm2/private.img.003.enc", 500);
        Path out = directory.resolve("out");
        Result result = run("extract", "--no-progress", "--keep-damaged", "--salvage", backup.toString(), "personal", "-C", out.toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.errors().contains("positions that are inferred"), result::toString);
        List<String> list = Files.readAllLines(out.resolve("personal/private.img.damage.txt"));
        assertEquals(5, list.size(), list::toString);
        int lostFrom = Integer.parseInt(list.get(2).split("\t")[0]);
        int lostTo = Integer.parseInt(list.get(2).split("\t")[1]);
        assertTrue(lostTo < image.length / 5 + 4 * SampleBackup.CHUNK, list::toString);
        assertEquals(lostTo + "\t" + image.length + "\tinferred", list.get(4));
        Arrays.fill(image, lostFrom, lostTo, (byte) 0);
        assertArrayEquals(image, Files.readAllBytes(out.resolve("personal/private.img")));
        // Without the option, all behind the loss is lost, as it always was.
        run("extract", "--no-progress", "--keep-damaged", "--force", backup.toString(), "personal", "-C", out.toString());
        list = Files.readAllLines(out.resolve("personal/private.img.damage.txt"));
        assertEquals(3, list.size(), list::toString);
        assertTrue(list.get(2).startsWith(lostFrom + "\t" + image.length + "\t"), list::toString);
    }

    @ParameterizedTest
    @CsvSource({"extract BACKUP --all --salvage -C OUT", "extract BACKUP -C OUT", "extract BACKUP work --all -C OUT", "extract BACKUP work", "extract BACKUP work dom0 -C -"})
    void extractRefusesWrongCalls(String line) throws IOException, InterruptedException {
        String[] arguments = line.replace("BACKUP", whole.toString()).replace("OUT", directory.resolve("out").toString()).split(" ");
        assertEquals(2, run(arguments).code());
    }

    @Test
    void aLimitOfFileSizesIsSaid() throws IOException, InterruptedException {
        Path out = Files.createDirectory(directory.resolve("out"));
        List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -f 200; exec \"$@\"", "bash"));
        limited.addAll(command("extract", "--no-progress", "--no-index", whole.toString(), "personal", "-C", out.toString()));
        Result result = run(limited, SampleBackup.PASSPHRASE);
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.errors().contains("File too large"), result::toString);
        assertEquals(List.of(), files(out));
    }

    /** A backup of an image that takes a while to extract. */
    private static Path makeBig() throws IOException, InterruptedException {
        Path tree = shared.resolve("big tree");
        Files.createDirectories(tree.resolve("vm2"));
        Files.copy(sample.tree().resolve("qubes.xml"), tree.resolve("qubes.xml"));
        try (OutputStream out = Files.newOutputStream(tree.resolve("vm2/private.img"))) {
            byte[] piece = new byte[1 << 20];
            Arrays.fill(piece, (byte) 'x');
            for (int written = 0; written < BIG; written += piece.length) {
                out.write(piece);
            }
        }
        return SampleBackup.backup(tree, shared.resolve("big"), "--filter", "gzip -1");
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT", "KILL"})
    void nothingHasItsNameAfterASignal(String signal) throws IOException, InterruptedException {
        Path out = Files.createDirectory(directory.resolve("out"));
        Process process = builder(command("extract", "--no-progress", big.toString(), "personal", "-C", out.toString()),
                SampleBackup.PASSPHRASE).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        while (files(out).isEmpty() && process.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        assertTrue(process.isAlive());
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
        assertTrue(process.waitFor() > 128);
        List<String> left = files(out);
        if (signal.equals("KILL")) {
            assertTrue(left.stream().allMatch(name -> name.contains(".qbfs-")), left::toString);
        } else {
            assertEquals(List.of(), left);
        }
    }

    @Test
    void verifyTellsWhatItKnowsWhenItIsInterrupted() throws IOException, InterruptedException {
        Path slow = sample.backup(directory.resolve("slow"), "--scrypt-logn", "14", "--scrypt-p", "30");
        Process process = builder(command("verify", "--threads", "1", slow.toString()), SampleBackup.PASSPHRASE).start();
        while (!hasThread(process, "qbfs-verify") && process.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertTrue(process.isAlive());
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(130, process.waitFor(), said);
        assertTrue(said.contains("Interrupted; not read"), said);
        assertFalse(said.contains("All 5 files are whole"), said);
    }

    /** The work has begun when its threads are there. */
    private static boolean hasThread(Process process, String name) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).startsWith(name)) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException e) {
            // A thread, or the process, has ended meanwhile.
            return false;
        }
    }
}
