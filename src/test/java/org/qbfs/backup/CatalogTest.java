// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.TarBytes;

class CatalogTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A whole archive of one member, filled up with zeros to a record, as tar writes it. */
    private static byte[] member(String name, int size) {
        return record(TarBytes.file(name, random(size)));
    }

    private static byte[] paxMember(String name, int size) {
        return record(TarBytes.join(TarBytes.pax("mtime=1.5", "path=" + name), TarBytes.file(name.substring(0, 3), random(size))));
    }

    private static byte[] record(byte[] archive) {
        return Arrays.copyOf(archive, (archive.length + 1024 + 10_239) / 10_240 * 10_240);
    }

    private static Catalog scan(byte[]... parts) throws IOException {
        return Catalog.scan(new MemorySource("b", TarBytes.join(parts)));
    }

    private static List<Integer> numbers(Catalog catalog, String path) {
        return catalog.group(path).map(group -> group.chunks().stream().map(Chunk::number).toList()).orElse(List.of());
    }

    private static void requireProblem(Catalog catalog, String text) {
        assertTrue(catalog.problems().stream().anyMatch(problem -> problem.toString().contains(text)),
                "no \"" + text + "\" in " + catalog.problems());
    }

    private static byte[][] three() {
        return new byte[][] {member("a.000.enc", 20_000), paxMember("a.001.enc", 600), member("a.002.enc", 5)};
    }

    @Test
    void goesOnPastEndMarkers() throws Exception {
        byte[][] parts = three();
        Catalog catalog = scan(parts);
        assertEquals(List.of(), catalog.problems());
        assertEquals(List.of(0, 1, 2), numbers(catalog, "a"));
        FileGroup group = catalog.group("a").orElseThrow();
        assertTrue(group.isContiguous());
        assertEquals(20_605, group.storedSize());
        byte[] all = TarBytes.join(parts);
        Member second = group.chunks().get(1).member();
        assertArrayEquals(random(600), Arrays.copyOfRange(all, (int) second.dataOffset(), (int) second.end()));
    }

    @Test
    void goesOnWithoutEndMarkersToo() throws Exception {
        Catalog catalog = scan(TarBytes.file("a.000", random(5)), TarBytes.file("a.001", random(512)), TarBytes.file("a.002", new byte[0]));
        assertEquals(List.of(0, 1, 2), numbers(catalog, "a"));
        assertEquals(List.of(), catalog.problems());
    }

    @Test
    void findsMacsBesideTheirChunks() throws Exception {
        Catalog catalog = scan(member("a.000", 10), member("a.000.hmac", 20), member("a.001", 10));
        List<Chunk> chunks = catalog.group("a").orElseThrow().chunks();
        assertEquals("a.000.hmac", chunks.get(0).mac().orElseThrow().name());
        assertTrue(chunks.get(1).mac().isEmpty());
        assertEquals(3, catalog.size());
    }

    @Test
    void sortsByNumberAndNotByName() throws Exception {
        List<byte[]> members = new ArrayList<>();
        for (int number : new int[] {1001, 999, 1000, 2, 0, 1}) {
            members.add(TarBytes.file(ChunkName.of("a", number) + ".enc", random(number + 1)));
        }
        Catalog catalog = scan(members.toArray(byte[][]::new));
        assertEquals(List.of(0, 1, 2, 999, 1000, 1001), numbers(catalog, "a"));
        assertFalse(catalog.group("a").orElseThrow().isContiguous());
        requireProblem(catalog, "a.003 to .998");
    }

    @Test
    void gapInTheNumbersIsTold() throws Exception {
        Catalog catalog = scan(member("a.001", 1), member("a.003", 1));
        requireProblem(catalog, "missing: chunk a.000");
        requireProblem(catalog, "missing: chunk a.002");
    }

    @Test
    void secondMemberOfAnyNameIsTold() throws Exception {
        Catalog catalog = scan(member("a.000", 100), member("a.000", 200));
        assertEquals(100, catalog.member("a.000").orElseThrow().size());
        requireProblem(catalog, "is there a second time");
        Catalog twoSuffixes = scan(member("a.000", 100), member("a.000.enc", 200));
        assertEquals(1, twoSuffixes.group("a").orElseThrow().chunks().size());
        requireProblem(twoSuffixes, "is the same chunk as a.000");
    }

    @Test
    void whatIsNoFileIsLeftOut() throws Exception {
        Catalog catalog = scan(TarBytes.ustar("a.000", '2', 0).header(), TarBytes.ustar("a.001", '5', 0).header(), member("a.002", 1));
        assertEquals(List.of(2), numbers(catalog, "a"));
        requireProblem(catalog, "is no plain file");
    }

    @Test
    void strayBytesAnywhereCostOnlyThemselves() throws Exception {
        byte[][] parts = three();
        for (int length : new int[] {1, 511, 512, 513, 3000, 30_000}) {
            byte[] stray = random(length);
            for (int at = 0; at <= 3; at++) {
                List<byte[]> all = new ArrayList<>(List.of(parts));
                all.add(at, stray);
                Catalog catalog = scan(all.toArray(byte[][]::new));
                assertEquals(List.of(0, 1, 2), numbers(catalog, "a"), length + " bytes before member " + at);
                requireProblem(catalog, "no tar header");
                byte[] file = TarBytes.join(all.toArray(byte[][]::new));
                Member first = catalog.member("a.000.enc").orElseThrow();
                assertArrayEquals(random(20_000), Arrays.copyOfRange(file, (int) first.dataOffset(), (int) first.end()));
            }
        }
    }

    @Test
    void lostBytesInsideAMemberCostOnlyThatMember() throws Exception {
        for (int lost : new int[] {1, 512, 5000, 19_000}) {
            for (int before = 0; before < 3; before += 2) {
                List<byte[]> all = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    byte[] member = member("a.00" + i + ".enc", 20_000);
                    boolean damaged = i == before;
                    all.add(damaged ? TarBytes.join(Arrays.copyOf(member, 600), Arrays.copyOfRange(member, 600 + lost, member.length)) : member);
                }
                Catalog catalog = scan(all.toArray(byte[][]::new));
                byte[] file = TarBytes.join(all.toArray(byte[][]::new));
                assertEquals(List.of(0, 1, 2, 3), numbers(catalog, "a"), lost + " bytes lost in " + before);
                for (int i = 0; i < 4; i++) {
                    Member member = catalog.member("a.00" + i + ".enc").orElseThrow();
                    if (i != before) {
                        assertArrayEquals(random(20_000), Arrays.copyOfRange(file, (int) member.dataOffset(), (int) member.end()));
                    }
                }
            }
        }
    }

    @Test
    void lostBytesBeforeTheEndKeepSmallMembersBehindThem() throws Exception {
        byte[] large = member("a.000.enc", 50_000);
        Catalog catalog = scan(Arrays.copyOf(large, 5000), member("b.000.enc", 10), member("b.001.enc", 10));
        assertFalse(catalog.member("a.000.enc").orElseThrow().complete());
        assertEquals(List.of(0, 1), numbers(catalog, "b"));
        requireProblem(catalog, "found inside another member");
    }

    @Test
    void damagedHeaderCostsItsMember() throws Exception {
        byte[][] parts = three();
        parts[1][3] ^= 1;
        parts[1][1024] ^= 1;
        Catalog catalog = scan(parts);
        assertEquals(List.of(0, 2), numbers(catalog, "a"));
        requireProblem(catalog, "checksum");
        requireProblem(catalog, "missing: chunk a.001");
    }

    @Test
    void dataThatLooksLikeABackupIsNotLookedAt() throws Exception {
        byte[] inner = TarBytes.join(member("x.000.enc", 10), member("backup-header", 10));
        Catalog catalog = scan(record(TarBytes.file("a.000", inner)), member("a.001", 5));
        assertEquals(List.of(0, 1), numbers(catalog, "a"));
        assertTrue(catalog.group("x").isEmpty());
        assertEquals(List.of(), catalog.problems());
    }

    @Test
    void cutAtEveryByteKeepsWhatIsWhole() throws Exception {
        byte[] whole = TarBytes.join(record(TarBytes.file("a.000.enc", random(700))), TarBytes.join(TarBytes.pax("mtime=1"),
                TarBytes.file("a.001.enc", random(30))), new byte[1500]);
        Member first = scan(whole).member("a.000.enc").orElseThrow();
        Member second = scan(whole).member("a.001.enc").orElseThrow();
        long secondHeaders = second.dataOffset() - 1536;
        for (int length = 0; length < whole.length; length++) {
            Catalog catalog = scan(Arrays.copyOf(whole, length));
            String at = "cut at " + length;
            assertEquals(length >= 512, catalog.member("a.000.enc").isPresent(), at);
            assertEquals(length >= first.end(), catalog.member("a.000.enc").map(Member::complete).orElse(false), at);
            assertEquals(length >= second.dataOffset(), catalog.member("a.001.enc").isPresent(), at);
            assertEquals(length >= second.end(), catalog.member("a.001.enc").map(Member::complete).orElse(false), at);
            boolean harmless = length == 0 || length >= first.end() && length <= secondHeaders || length >= second.end();
            assertEquals(harmless, catalog.problems().isEmpty(), at + " " + catalog.problems());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd.000", "/etc/shadow.000", "..000", "a\nb.000", "\u001b[2J.000", "a//b.000"})
    void hostileNamesAreOnlyNames(String name) throws Exception {
        Catalog catalog = scan(member(name, 5), member("a.000", 5));
        assertEquals(List.of(0), numbers(catalog, "a"));
    }

    @Test
    void memberOfImpossibleSizeIsCutOff() throws Exception {
        byte[] huge = TarBytes.join(TarBytes.pax("size=" + (Long.MAX_VALUE / 2)), TarBytes.ustar("a.000", '0', 0).header());
        Catalog catalog = scan(huge, member("a.001", 5));
        assertFalse(catalog.member("a.000").orElseThrow().complete());
        assertEquals(List.of(0, 1), numbers(catalog, "a"));
        requireProblem(catalog, "cut off");
    }

    @Test
    void randomDamageNeverThrowsAnythingUntyped() throws Exception {
        byte[] whole = TarBytes.join(three());
        Random random = new Random(9);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k < 4; k++) {
                damaged[random.nextInt(4) * 10_240 + random.nextInt(512)] = (byte) random.nextInt();
            }
            try {
                scan(damaged);
            } catch (QbfsException e) {
                throw new AssertionError("damage is a problem, no end of the scan", e);
            }
        }
    }

    /** Mostly zeros, without memory for them. */
    private record Sparse(long size, long[] starts, byte[] block) implements ByteSource {
        @Override
        public int read(long position, ByteBuffer dst) {
            int length = (int) Math.min(dst.remaining(), Math.max(0, size - position));
            ByteBuffer out = dst.slice(dst.position(), length);
            out.put(new byte[length]);
            int index = Arrays.binarySearch(starts, position);
            for (int i = Math.max(0, index < 0 ? -index - 2 : index); i < starts.length && starts[i] < position + length; i++) {
                for (int k = 0; k < block.length; k++) {
                    long at = starts[i] + k - position;
                    if (at >= 0 && at < length) {
                        out.put((int) at, block[k]);
                    }
                }
            }
            dst.position(dst.position() + length);
            return length;
        }

        @Override
        public String name() {
            return "sparse";
        }
    }

    @Test
    void runsOfZerosBetweenMembersAreCrossed() throws Exception {
        Sparse file = new Sparse(2L << 30, new long[] {0, 1L << 28, (7L << 28) + 512}, TarBytes.file("a.000", random(5)));
        Catalog catalog = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> Catalog.scan(file));
        assertEquals(1, catalog.size());
        assertEquals(2, catalog.problems().size());
    }

    @Test
    void hostileHeadersInARowCostLinearTime() throws Exception {
        // Each block claims that a long name of some megabytes follows.
        byte[] block = TarBytes.gnu("././@LongLink", 'L', 4 << 20).header();
        byte[] file = new byte[8 << 20];
        for (int at = 0; at < file.length; at += 512) {
            System.arraycopy(block, 0, file, at, 512);
        }
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> scan(file));
    }

    @Test
    void costsOneReadForEachMember() throws Exception {
        byte[] bytes = TarBytes.join(member("a.000", 50_000), member("a.001", 50_000), member("a.002", 50_000));
        int[] reads = {0};
        MemorySource memory = new MemorySource("b", bytes);
        ByteSource counting = new ByteSource() {
            @Override
            public long size() {
                return memory.size();
            }

            @Override
            public int read(long position, ByteBuffer dst) {
                reads[0]++;
                return memory.read(position, dst);
            }

            @Override
            public String name() {
                return memory.name();
            }
        };
        assertEquals(List.of(), Catalog.scan(counting).problems());
        // A header, the block that ends the member's archive, and the zeros up to the next.
        assertTrue(reads[0] <= 9, reads[0] + " reads");
    }

    @Test
    void rememberedMembersMakeTheSameCatalog() throws Exception {
        MemorySource file = new MemorySource("b", TarBytes.join(three()));
        Catalog scanned = Catalog.scan(file);
        Catalog remembered = Catalog.remembered(file, scanned.members(), scanned.print()).orElseThrow();
        assertEquals(scanned.groups().stream().toList(), remembered.groups().stream().toList());
        assertArrayEquals(scanned.print(), remembered.print());
    }

    @Test
    void membersThatCannotBeAreNotRemembered() throws Exception {
        MemorySource file = new MemorySource("b", TarBytes.join(three()));
        Catalog scanned = Catalog.scan(file);
        Member first = scanned.members().getFirst();
        for (Member wrong : new Member[] {first, new Member("a.009", -1, 512, 1, true), new Member("a.009", 1, 0, 1, true),
            new Member("a.009", file.size(), file.size() + 512, 1, true), new Member("a.009", 30_000, 30_512, Long.MAX_VALUE, true),
            new Member("a.009", 30_000, 30_512, -1, true), new Member("a.007", 30_000, 30_512, 1, true)}) {
            assertEquals(Optional.empty(), Catalog.remembered(file, List.of(first, wrong), scanned.print()), wrong.toString());
        }
    }

    @Test
    void printTellsOneMacFromAnotherAndNotWhereItLies() throws Exception {
        byte[][] parts = three();
        byte[] print = scan(parts).print();
        assertArrayEquals(print, scan(parts[0], new byte[512], parts[1], parts[2]).print());
        parts[1][3 * 512 + 599] ^= 1;
        assertFalse(Arrays.equals(print, scan(parts).print()));
    }

    @Test
    void headersAreFoundWhereTheyShouldBeAlone() throws Exception {
        byte[] header = member(Catalog.HEADER, 100);
        byte[] mac = member(Catalog.HEADER_MAC, 228);
        assertEquals(2, Catalog.headers(new MemorySource("b", TarBytes.join(header, mac, member("a.000", 10)))).orElseThrow().size());
        for (byte[][] parts : new byte[][][] {{mac, header}, {header}, {new byte[3], header, mac}, {new byte[9999]}, {header, member("a.000", 1), mac}}) {
            assertEquals(Optional.empty(), Catalog.headers(new MemorySource("b", TarBytes.join(parts))));
        }
    }
}
