// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.tar.TarBytes;
import org.qbfs.volume.TestBackup;

class ArchiveTreeTest {
    private static final byte[] A = "aaa".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] B = "bbbb".getBytes(StandardCharsets.US_ASCII);

    private static Directory tree(String group, byte[]... entries) throws IOException {
        return new ArchiveTree(new Nodes(), TestBackup.archive(group, TarBytes.join(TarBytes.join(entries), TarBytes.end())), "/dom0/u").directory();
    }

    private static Node find(Directory top, String... path) throws IOException {
        Node at = top;
        for (String part : path) {
            at = ((Directory) at).child(part).orElseThrow();
        }
        return at;
    }

    private static byte[] read(Node node) throws IOException {
        RegularFile file = (RegularFile) node;
        return file.contents().readBytes(0, (int) file.attributes().size());
    }

    private static byte[] link(String name, char type, String target) {
        return TarBytes.ustar(name, type, 0).text(157, target).header();
    }

    @Test
    void makesDirectoriesThatAreArchivedAndThoseThatAreNot() throws Exception {
        Directory top = tree("h/u", TarBytes.ustar("h/u/", '5', 0).octal(100, 8, 0700).header(),
                TarBytes.ustar("h/u/d/", '5', 0).octal(100, 8, 02750).header(), TarBytes.file("h/u/d/e/f/g", A));
        assertEquals(0500, top.attributes().permissions());
        assertEquals(0550, find(top, "d").attributes().permissions());
        assertEquals(0555, find(top, "d", "e").attributes().permissions());
        assertArrayEquals(A, read(find(top, "d", "e", "f", "g")));
        assertEquals(List.of(), top.damage());
    }

    @Test
    void directoryNamedAfterItsContentsStillGetsItsMode() throws Exception {
        Directory top = tree("h/u", TarBytes.file("h/u/d/f", A), TarBytes.ustar("h/u/d", '5', 0).octal(100, 8, 0750).header());
        assertEquals(0550, find(top, "d").attributes().permissions());
        assertArrayEquals(A, read(find(top, "d", "f")));
    }

    @Test
    void laterEntryTakesThePlaceOfAnEarlierOne() throws Exception {
        Directory top = tree("h/u", TarBytes.file("h/u/x", A), TarBytes.file("h/u/x", B), TarBytes.file("h/u/y", A),
                link("h/u/y", '2', "x"), TarBytes.file("h/u/z", A), TarBytes.file("h/u/z/w", B));
        assertArrayEquals(B, read(find(top, "x")));
        assertTrue(find(top, "y") instanceof SymbolicLink);
        assertArrayEquals(B, read(find(top, "z", "w")));
    }

    @Test
    void hardLinksShareTheirNode() throws Exception {
        Directory top = tree("h/u", TarBytes.file("h/u/x", A), link("h/u/d/y", '1', "h/u/x"), link("h/u/z", '1', "h/u/d/y"));
        assertSame(find(top, "x"), find(top, "d", "y"));
        assertSame(find(top, "x"), find(top, "z"));
        assertEquals(3, find(top, "x").attributes().links());
    }

    @Test
    void hardLinkToNothingFailsAlone() throws Exception {
        Directory top = tree("h/u", link("h/u/lost", '1', "h/u/gone"), link("h/u/out", '1', "../../etc/passwd"), TarBytes.file("h/u/x", A));
        assertEquals(Set.of("lost", "out", "x"), top.names());
        CorruptData error = assertThrows(CorruptData.class, () -> top.child("lost"));
        assertTrue(error.getMessage().startsWith("/dom0/u/lost: a hard link to \"h/u/gone\""), error.getMessage());
        assertThrows(CorruptData.class, () -> top.child("out"));
        assertArrayEquals(A, read(find(top, "x")));
    }

    @Test
    void symbolicLinksAreShownAsArchivedWhereverTheyLead() throws Exception {
        Directory top = tree("h/u", link("h/u/l", '2', "../../../etc/passwd"), link("h/u/m", '2', "/abs"));
        assertEquals("../../../etc/passwd", ((SymbolicLink) find(top, "l")).target());
        assertEquals("/abs", ((SymbolicLink) find(top, "m")).target());
    }

    @Test
    void prefixOfWholeDirectoriesIsTakenOffTheTargetsOfLinks() throws Exception {
        Directory top = tree("vm4/.", link("vm4/l", '2', "vm4/x"), link("vm4/m", '2', "other"), TarBytes.file("vm4/./x", A));
        assertEquals("x", ((SymbolicLink) find(top, "l")).target());
        assertEquals("other", ((SymbolicLink) find(top, "m")).target());
        assertArrayEquals(A, read(find(top, "x")));
    }

    @Test
    void devicesAndPipesAreLeftOut() throws Exception {
        assertEquals(Set.of("x"), tree("h/u", TarBytes.ustar("h/u/null", '3', 0).header(), TarBytes.ustar("h/u/sda", '4', 0).header(),
                TarBytes.ustar("h/u/fifo", '6', 0).header(), TarBytes.file("h/u/x", A)).names());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h/u/../../etc/passwd", "/h/u/x", "..", "h/other/x", "h", "elsewhere"})
    void namesThatLeadOutEndTheListAndAreTold(String name) throws Exception {
        Directory top = tree("h/u", TarBytes.file("h/u/a", A), TarBytes.file(name, B), TarBytes.file("h/u/z", A));
        assertEquals(Set.of("a"), top.names());
        assertEquals(1, top.damage().size());
    }

    @Test
    void nameThatTheKernelWouldRefuseHidesNothingElse() throws Exception {
        String name = "n".repeat(1025);
        Directory top = tree("h/u", TarBytes.pax("path=h/u/" + name), TarBytes.ustar("x", '0', 3).with(A), TarBytes.file("h/u/z", A));
        assertEquals(Set.of("z"), top.names());
    }

    @Test
    void deepPathsAreNoDanger() throws Exception {
        // Threads of libfuse, and main threads, may have small stacks.
        FutureTask<Void> task = new FutureTask<>(ArchiveTreeTest::readDeepPaths);
        new Thread(null, task, "small stack", 256 << 10).start();
        task.get();
    }

    private static Void readDeepPaths() throws Exception {
        Directory top = tree("h/u", TarBytes.pax("path=h/u/" + "d/".repeat(900) + "x"), TarBytes.ustar("x", '0', 3).with(A));
        Node at = top;
        for (int i = 0; i < 900; i++) {
            at = find((Directory) at, "d");
        }
        assertArrayEquals(A, read(find((Directory) at, "x")));
        Directory tooDeep = tree("h/u", TarBytes.pax("path=h/u/" + "d/".repeat(5000) + "x"), TarBytes.ustar("x", '0', 3).with(A));
        assertEquals(Set.of(), tooDeep.names());
        assertEquals(1, tooDeep.damage().size());
        return null;
    }

    @Test
    void archiveWithoutItsEndIsTold() throws Exception {
        byte[] one = TarBytes.file("h/u/x", A);
        Directory top = new ArchiveTree(new Nodes(), TestBackup.archive("h/u", one), "/dom0/u").directory();
        assertEquals(Set.of("x"), top.names());
        assertTrue(top.damage().toString().contains("without an end marker"), top.damage().toString());
    }

    @Test
    void lazyLoadsOnceAndKeepsNoFailure() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        Lazy<String> lazy = new Lazy<>(() -> {
            if (loads.incrementAndGet() == 1) {
                throw new IOException("first");
            }
            return "value";
        });
        assertThrows(IOException.class, lazy::get);
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(pool.submit(lazy::get));
            }
            for (Future<String> one : all) {
                assertEquals("value", one.get());
            }
        }
        assertEquals(2, loads.get());
        assertEquals("known", Lazy.of("known").get());
    }
}
