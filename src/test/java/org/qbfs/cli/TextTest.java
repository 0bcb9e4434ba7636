// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.NotABackup;
import org.qbfs.error.Place;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class TextTest {
    @ParameterizedTest
    @CsvSource({"1,1", "512M,536870912", "2g,2147483648", "1KiB,1024", "3kb,3072", "1T,1099511627776", "100B,100"})
    void readsSizes(String text, long bytes) {
        assertEquals(bytes, new Size.Converter().convert(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "B", "-1", "0", "1.5G", "1X", "99999999999999999999", "9999999999T", "1 G", "MG"})
    void refusesOtherSizes(String text) {
        assertThrows(TypeConversionException.class, () -> new Size.Converter().convert(text));
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "1536,1.5 KiB", "10240,10 KiB", "1073741824,1.0 GiB", "9223372036854775807,8.0 EiB"})
    void showsSizes(long bytes, String text) {
        assertEquals(text, Size.show(bytes));
    }

    @Test
    void writesJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a\"b\\", "\n\u0000\u007f\ud800é");
        map.put("list", List.of(1, 2L, true));
        map.put("none", null);
        map.put("empty", Map.of());
        map.put("no", List.of());
        assertEquals("{\n  \"a\\\"b\\\\\": \"\\u000a\\u0000\\u007f\\ud800é\",\n  \"list\": [\n    1,\n    2,\n    true\n  ],\n"
                + "  \"none\": null,\n  \"empty\": {},\n  \"no\": []\n}", Json.of(map));
    }

    @Test
    void alignsTables() {
        Table table = new Table("NAME", ">SIZE");
        table.row("a", "1");
        table.row("long\u001bname", "200");
        assertEquals("NAME       SIZE\na             1\nlong?name   200\n", table.toString());
    }

    @Test
    void exitCodesAreFixed() {
        assertEquals(List.of(0, 1, 2, 3, 4), Arrays.stream(ExitCode.values()).map(ExitCode::number).toList());
        assertEquals(ExitCode.USAGE, ExitCode.of(new UsageError("x")));
        assertEquals(ExitCode.WRONG_PASSPHRASE, ExitCode.of(new WrongPassphrase("x", Place.NONE)));
        assertEquals(ExitCode.DAMAGE, ExitCode.of(new CorruptData("x", Place.NONE)));
        assertEquals(ExitCode.DAMAGE, ExitCode.of(new TruncatedData("x", Place.NONE)));
        for (Throwable other : new Throwable[] {new NotABackup("x", Place.NONE), new UnsupportedFormat("x", Place.NONE),
            new ResourceLimit("x", 2, 1, Place.NONE), new IOException(), new NullPointerException(), new OutOfMemoryError()}) {
            assertEquals(ExitCode.FAILURE, ExitCode.of(other), other.toString());
        }
    }

    private static String message(Throwable error, boolean verbose) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Messages.print(new PrintStream(out, true, StandardCharsets.UTF_8), error, verbose);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void messagesSayWhatAndWhyAndWhatToDo() {
        String damage = message(new CorruptData("bad", Place.of("x", 1, 2)), false);
        assertTrue(damage.startsWith("qbfs: x [1, 2): bad\n      Only what depends"), damage);
        assertEquals("qbfs: /f: no such file\n", message(new NoSuchFileException("/f"), false));
        assertEquals("qbfs: /f: permission denied\n", message(new AccessDeniedException("/f"), false));
        assertEquals("qbfs: /f: busy\n", message(new FileSystemException("/f", null, "busy"), false));
        assertEquals("qbfs: why\n", message(new IOException("why"), false));
        assertEquals("qbfs: unexpected: java.io.IOException (-v shows where)\n", message(new IOException(), false));
        assertEquals("qbfs: unexpected: java.lang.NullPointerException (-v shows where)\n", message(new NullPointerException(), false));
        assertTrue(message(new IOException("why"), true).contains("\tat "));
        assertEquals("qbfs: a?[2J?b: no such file\n", message(new NoSuchFileException("a\u001b[2J\nb"), false));
    }

    // Where a passphrase comes from.

    private static byte[] passphrase(Path dir, String... arguments) throws IOException {
        PassphraseOptions options = new PassphraseOptions();
        new CommandLine(new Wrapped(options)).parseArgs(arguments);
        return options.read(dir.resolve("backup")).copy();
    }

    @CommandLine.Command
    private record Wrapped(@CommandLine.Mixin PassphraseOptions options) {}

    @Test
    void passphraseIsTheFirstLineOfItsFile(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("p");
        Map<String, String> cases = Map.of("secret\nmore\n", "secret", "secret", "secret", "secret\r\n", "secret", " a b \n", " a b ");
        for (Map.Entry<String, String> one : cases.entrySet()) {
            Files.writeString(file, one.getKey());
            assertArrayEquals(one.getValue().getBytes(StandardCharsets.UTF_8), passphrase(dir, "--passphrase-file", file.toString()));
        }
        for (String empty : new String[] {"", "\n", "\r\n", "\nsecret"}) {
            Files.writeString(file, empty);
            assertThrows(UsageError.class, () -> passphrase(dir, "--passphrase-file", file.toString()));
        }
        assertThrows(UsageError.class, () -> passphrase(dir, "--passphrase-fd", "9999"));
    }

    @Test
    void passphraseKeepsItsBytesWhateverTheyAre() throws Exception {
        byte[] odd = {(byte) 0xff, 1, (byte) 0xc3, 0x28};
        assertArrayEquals(odd, Terminal.line(new ByteArrayInputStream(Arrays.copyOf(odd, 4))));
        ByteArrayOutputStream environment = new ByteArrayOutputStream();
        environment.writeBytes("A=1\0XQBFS_PASSPHRASE=no\0QBFS_PASSPHRASES=no\0QBFS_PASSPHRASE=".getBytes(StandardCharsets.US_ASCII));
        environment.writeBytes(odd);
        environment.writeBytes("\0Z=2\0".getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = environment.toByteArray();
        assertArrayEquals(odd, PassphraseOptions.variable(bytes));
        assertArrayEquals(new byte[bytes.length], bytes, "the copy is wiped");
        assertArrayEquals(new byte[0], PassphraseOptions.variable("A=1\0".getBytes(StandardCharsets.US_ASCII)));
        assertArrayEquals(new byte[0], PassphraseOptions.variable(new byte[0]));
    }

    // cat.

    @Test
    void catReadsUpToTheDamage() throws Exception {
        List<Integer> asked = new ArrayList<>();
        ByteSource damaged = new ByteSource() {
            @Override
            public long size() {
                return 1 << 20;
            }

            @Override
            public int read(long position, ByteBuffer dst) throws IOException {
                asked.add(dst.remaining());
                if (position + dst.remaining() > 100_000) {
                    throw new CorruptData("bad", Place.of("x", 100_000, 100_001));
                }
                int length = dst.remaining();
                dst.position(dst.limit());
                return length;
            }

            @Override
            public String name() {
                return "x";
            }
        };
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        long at = 0;
        try {
            for (int got = 1; got > 0; at += got) {
                got = CatCommand.read(damaged, at, piece.clear());
                assertEquals(got, piece.position());
            }
        } catch (CorruptData e) {
            assertTrue(at > 100_000 - 512 && at <= 100_000, "stopped at " + at);
            assertTrue(asked.size() < 40, asked.toString());
            return;
        }
        throw new AssertionError("no damage met");
    }

    // Mount points.

    @Test
    void mountPointIsChecked(@TempDir Path dir) throws Exception {
        Path backup = Files.createFile(dir.resolve("backup"));
        Path empty = Files.createDirectory(dir.resolve("empty"));
        Path full = Files.createDirectory(dir.resolve("full"));
        Files.createFile(full.resolve("file"));
        assertEquals(empty.toRealPath(), MountPoint.check(empty, backup, List.of()));
        Path link = Files.createSymbolicLink(dir.resolve("link"), empty);
        assertEquals(empty.toRealPath(), MountPoint.check(link, backup, List.of()));
        assertRefused("no such directory", dir.resolve("none"), backup);
        assertRefused("is no directory", backup, backup);
        assertRefused("not empty", full, backup);
        assertRefused("the backup lies under the mount point", dir, backup);
        assertEquals(full.toRealPath(), MountPoint.check(full, backup, List.of("nonempty")));
        assertRefused("is mounted there already", Path.of("/proc"), backup);
    }

    private static void assertRefused(String why, Path mountPoint, Path backup) {
        IOException error = assertThrows(IOException.class, () -> MountPoint.check(mountPoint, backup, List.of()));
        assertTrue(error.getMessage().contains(why), error.getMessage());
    }
}
