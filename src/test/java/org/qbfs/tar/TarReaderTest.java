// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qbfs.error.CorruptData;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;
import org.qbfs.sparse.SparseMap;
import org.qbfs.sparse.SparseSource;
import org.qbfs.io.SliceSource;

class TarReaderTest {
    private static TarEntry read(byte[]... parts) throws IOException {
        return reader(parts).entryAt(0).orElseThrow();
    }

    private static TarReader reader(byte[]... parts) {
        return new TarReader(new MemorySource("archive", TarBytes.join(parts)));
    }

    private static byte[] contents(TarEntry entry, byte[]... parts) throws IOException {
        ByteSource stored = new SliceSource("stored", new MemorySource("archive", TarBytes.join(parts)),
                entry.dataOffset(), entry.storedSize());
        return new SparseSource("image", stored, entry.sparse().orElseThrow()).readBytes(0, (int) entry.realSize());
    }

    @Test
    void readsPlainHeaderAndFindsTheNext() throws Exception {
        byte[] archive = TarBytes.join(TarBytes.file("vm1/a", new byte[513]), TarBytes.file("vm1/b", new byte[512]),
                TarBytes.file("vm1/c", new byte[0]), TarBytes.end());
        TarReader reader = reader(archive);
        TarEntry a = reader.entryAt(0).orElseThrow();
        assertEquals("vm1/a", a.name());
        assertEquals(TarEntry.Type.FILE, a.type());
        assertEquals(0644, a.mode());
        assertEquals(Instant.ofEpochSecond(1_700_000_000), a.modified());
        assertEquals(512, a.dataOffset());
        assertEquals(513, a.storedSize());
        assertEquals(513, a.realSize());
        assertEquals(1536, a.nextOffset());
        TarEntry b = reader.entryAt(1536).orElseThrow();
        TarEntry c = reader.entryAt(b.nextOffset()).orElseThrow();
        assertEquals("vm1/c", c.name());
        assertTrue(reader.entryAt(c.nextOffset()).isEmpty());
        assertTrue(reader.isEndMarker(c.nextOffset()));
        assertTrue(reader.entryAt(archive.length).isEmpty());
        assertFalse(reader.isEndMarker(archive.length), "the end of the source is none");
    }

    @Test
    void joinsPrefixOfPosixHeaderOnly() throws Exception {
        assertEquals("some/dir/name", read(TarBytes.ustar("name", '0', 0).text(345, "some/dir").header()).name());
        assertEquals("name", read(TarBytes.gnu("name", '0', 0).text(345, "00000000000").header()).name());
        String full = "n".repeat(100);
        assertEquals(full, read(TarBytes.ustar(full, '0', 0).header()).name());
    }

    @ParameterizedTest
    @CsvSource({"0,FILE", "7,FILE", "1,HARD_LINK", "2,SYMLINK", "3,OTHER", "4,OTHER", "5,DIRECTORY", "6,OTHER", "V,OTHER",
        "M,CONTINUATION", "D,DIRECTORY", "Q,OTHER"})
    void knowsTypes(char flag, TarEntry.Type type) throws Exception {
        assertEquals(type, read(TarBytes.gnu("name", flag, 0).text(157, "target").header()).type());
    }

    @Test
    void oldArchivesMarkDirectoriesByTheName() throws Exception {
        assertEquals(TarEntry.Type.DIRECTORY, read(TarBytes.ustar("dir/", '\0', 0).header()).type());
        assertEquals(TarEntry.Type.FILE, read(TarBytes.ustar("file", '\0', 0).header()).type());
    }

    @Test
    void sizeOfLinksAndDirectoriesHoldsNoData() throws Exception {
        for (char type : new char[] {'1', '2', '5'}) {
            assertEquals(512, read(TarBytes.ustar("name", type, 5000).header()).nextOffset());
        }
        assertEquals(512 + 5120, read(TarBytes.gnu("name", 'D', 5000).header()).nextOffset(), "a list of names follows");
    }

    @Test
    void paxRecordsGoBeforeTheHeader() throws Exception {
        TarEntry entry = read(TarBytes.pax("path=vm1/gr\u00f6\u00dfer", "linkpath=ziel", "size=9999999999", "mtime=1700000001.25",
                "uid=77777777777", "comment=a=b"), TarBytes.ustar("short", '0', 3).header());
        assertEquals(9_999_999_999L, entry.realSize());
        assertEquals("vm1/gr\u00f6\u00dfer", entry.name());
        assertEquals("ziel", entry.linkTarget());
        assertEquals(Instant.ofEpochSecond(1_700_000_001, 250_000_000), entry.modified());
        assertEquals(1536, entry.dataOffset());
        assertEquals(0, entry.headerOffset());
    }

    @ParameterizedTest
    @CsvSource({"-1.5,-2,500000000", "-0.25,-1,750000000", "0,0,0", "1.1234567899,1,123456789", "-1,-1,0"})
    void readsTimesBeforeAndAfter1970(String text, long seconds, int nanos) throws Exception {
        assertEquals(Instant.ofEpochSecond(seconds, nanos),
                read(TarBytes.pax("mtime=" + text), TarBytes.ustar("n", '0', 0).header()).modified());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "1e999999999", "1e-999999999", "99999999999999", "1111111111111111111111111111111111111111111"})
    void impossiblePaxTimesLeaveTheHeadersOwn(String text) throws Exception {
        assertEquals(Instant.ofEpochSecond(1_700_000_000),
                read(TarBytes.pax("mtime=" + text), TarBytes.ustar("n", '0', 0).header()).modified());
    }

    @Test
    void readsBase256Numbers() throws Exception {
        byte[] large = {(byte) 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1};
        assertEquals((2L << 32) + 1, read(TarBytes.gnu("n", '0', 0).bytes(124, large).header()).realSize());
        byte[] minusOne = new byte[12];
        Arrays.fill(minusOne, (byte) 0xff);
        assertEquals(Instant.ofEpochSecond(-1), read(TarBytes.gnu("n", '0', 0).bytes(136, minusOne).header()).modified());
        assertThrows(CorruptData.class, () -> read(TarBytes.gnu("n", '0', 0).bytes(124, minusOne).header()));
        byte[] huge = new byte[12];
        Arrays.fill(huge, (byte) 0x7f);
        huge[0] = (byte) 0x80;
        assertThrows(CorruptData.class, () -> read(TarBytes.gnu("n", '0', 0).bytes(124, huge).header()));
    }

    @Test
    void sizeThatReachesPastAllOffsetsIsDamage() {
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("size=" + Long.MAX_VALUE), TarBytes.ustar("n", '0', 0).header()));
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("size=-1"), TarBytes.ustar("n", '0', 0).header()));
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("size=99999999999999999999"), TarBytes.ustar("n", '0', 0).header()));
        assertThrows(CorruptData.class, () -> read(TarBytes.ustar("n", '0', 0).text(124, "12x4").header()));
    }

    @Test
    void readsLongNamesOfGnu() throws Exception {
        String name = "vm1/" + "d/".repeat(300) + "file";
        String target = "t".repeat(200);
        byte[] archive = TarBytes.join(TarBytes.gnu("././@LongLink", 'L', name.length() + 1).with(name + "\0"),
                TarBytes.gnu("././@LongLink", 'K', target.length() + 1).with(target + "\0"),
                TarBytes.gnu(name.substring(0, 100), '2', 0).text(157, target.substring(0, 100)).header());
        TarEntry entry = read(archive);
        assertEquals(name, entry.name());
        assertEquals(target, entry.linkTarget());
        assertEquals(archive.length, entry.nextOffset());
    }

    @Test
    void namesThatAreNoUtf8AreReadAsLatin1() throws Exception {
        byte[] latin1 = "gr\u00fc\u00df".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf8 = "gr\u00fc\u00df".getBytes(StandardCharsets.UTF_8);
        assertEquals("gr\u00fc\u00df", read(TarBytes.ustar("", '0', 0).bytes(0, latin1).header()).name());
        assertEquals("gr\u00fc\u00df", read(TarBytes.ustar("", '0', 0).bytes(0, utf8).header()).name());
    }

    @Test
    void acceptsChecksumsInAllSpellings() throws Exception {
        byte[] block = TarBytes.ustar("name", '0', 0).header();
        int sum = Integer.parseInt(new String(block, 148, 6, StandardCharsets.US_ASCII), 8);
        for (String spelling : new String[] {String.format("%07o\0", sum), String.format("%6o\0 ", sum), String.format("%06o \0", sum)}) {
            System.arraycopy(spelling.getBytes(StandardCharsets.US_ASCII), 0, block, 148, 8);
            assertEquals("name", read(block).name());
        }
        byte[] signed = TarBytes.ustar("", '0', 0).bytes(0, (byte) 0xfc).header();
        int wrong = Integer.parseInt(new String(signed, 148, 6, StandardCharsets.US_ASCII), 8) - 256;
        System.arraycopy(String.format("%06o\0 ", wrong).getBytes(StandardCharsets.US_ASCII), 0, signed, 148, 8);
        assertEquals("\u00fc", read(signed).name());
    }

    @Test
    void everyFlippedBitOfAHeaderIsNoticed() {
        byte[] block = TarBytes.ustar("vm1/private.img", '0', 4096).header();
        for (int bit = 0; bit < block.length * 8; bit++) {
            byte[] flipped = block.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            // The checksum itself can be spelt in more than one way.
            if (bit / 8 < 148 || bit / 8 >= 156) {
                assertThrows(CorruptData.class, () -> read(flipped), "bit " + bit);
            }
        }
    }

    @Test
    void cutAnywhereIsTruncationAndNothingElse() throws Exception {
        byte[] archive = TarBytes.join(TarBytes.pax("path=vm1/x", "size=10"), TarBytes.gnu("long", 'L', 5).with("name\0"),
                TarBytes.gnu("s", 'S', 512).octal(386, 12, 0).octal(398, 12, 512).octal(410, 12, 512).octal(422, 12, 0)
                .octal(434, 12, 512).octal(446, 12, 0).octal(458, 12, 512).octal(470, 12, 0).octal(483, 12, 512).bytes(482, (byte) 1).header(),
                new byte[512], new byte[512]);
        int headers = archive.length - 512;
        for (int length = 1; length < headers; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertThrows(TruncatedData.class, () -> read(cut), "cut at " + length);
        }
    }

    // Sparse files.

    private static final byte[] DATA = new byte[1024];

    static {
        new Random(5).nextBytes(DATA);
    }

    private static byte[] image(int size, int... starts) {
        byte[] image = new byte[size];
        for (int i = 0; i < starts.length; i++) {
            System.arraycopy(DATA, i * 512, image, starts[i], 512);
        }
        return image;
    }

    @Test
    void readsOldGnuMapOfTheHeader() throws Exception {
        byte[] archive = TarBytes.gnu("image", 'S', 1024).octal(386, 12, 1024).octal(398, 12, 512).octal(410, 12, 4096)
                .octal(422, 12, 512).octal(434, 12, 10_000).octal(446, 12, 0).octal(483, 12, 10_000).with(DATA);
        TarEntry entry = read(archive);
        assertEquals(10_000, entry.realSize());
        assertEquals(1024, entry.storedSize());
        assertEquals(1536, entry.nextOffset());
        assertArrayEquals(image(10_000, 1024, 4096), contents(entry, archive));
    }

    @Test
    void readsOldGnuMapOfManyExtensionHeaders() throws Exception {
        int extents = 4 + 21 * 3 + 5;
        TarBytes header = TarBytes.gnu("image", 'S', extents * 512L).octal(483, 12, extents * 1024L).bytes(482, (byte) 1);
        for (int i = 0; i < 4; i++) {
            header.octal(386 + 24 * i, 12, i * 1024L).octal(398 + 24 * i, 12, 512);
        }
        byte[] maps = new byte[4 * 512];
        for (int i = 4; i < extents; i++) {
            int at = (i - 4) / 21 * 512 + (i - 4) % 21 * 24;
            byte[] one = String.format("%011o\0%011o\0", i * 1024, 512).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(one, 0, maps, at, 24);
        }
        maps[504] = maps[512 + 504] = maps[1024 + 504] = 1;
        byte[] data = new byte[extents * 512];
        new Random(6).nextBytes(data);
        TarEntry entry = read(header.header(), maps, data);
        assertEquals(extents, entry.sparse().orElseThrow().extents());
        assertEquals(512 + maps.length, entry.dataOffset());
        assertEquals(512 + maps.length + data.length, entry.nextOffset());
        byte[] image = contents(entry, header.header(), maps, data);
        for (int i = 0; i < extents; i++) {
            assertArrayEquals(Arrays.copyOfRange(data, i * 512, i * 512 + 512), Arrays.copyOfRange(image, i * 1024, i * 1024 + 512));
        }
    }

    @Test
    void readsPax10MapAtTheStartOfTheData() throws Exception {
        byte[] map = TarBytes.padded("2\n1024\n512\n4096\n512\n".getBytes(StandardCharsets.US_ASCII));
        byte[] archive = TarBytes.join(TarBytes.pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=vm1/image",
                "GNU.sparse.realsize=10000"), TarBytes.ustar("vm1/GNUSparseFile.1/image", '0', 512 + 1024).header(), map, DATA);
        TarEntry entry = read(archive);
        assertEquals("vm1/image", entry.name());
        assertEquals(10_000, entry.realSize());
        assertEquals(1024, entry.storedSize());
        assertArrayEquals(image(10_000, 1024, 4096), contents(entry, archive));
    }

    @Test
    void readsPax01AndPax00Maps() throws Exception {
        byte[] header = TarBytes.ustar("vm1/GNUSparseFile.1/image", '0', 1024).with(DATA);
        byte[] pax01 = TarBytes.join(TarBytes.pax("GNU.sparse.size=10000", "GNU.sparse.numblocks=2",
                "GNU.sparse.name=vm1/image", "GNU.sparse.map=1024,512,4096,512"), header);
        byte[] pax00 = TarBytes.join(TarBytes.pax("GNU.sparse.size=10000", "GNU.sparse.numblocks=2",
                "GNU.sparse.offset=1024", "GNU.sparse.numbytes=512", "GNU.sparse.offset=4096", "GNU.sparse.numbytes=512"),
                header);
        for (byte[] archive : new byte[][] {pax01, pax00}) {
            TarEntry entry = read(archive);
            assertArrayEquals(image(10_000, 1024, 4096), contents(entry, archive));
        }
        assertEquals("vm1/image", read(pax01).name());
    }

    @Test
    void fileThatIsAllHoleHasNoExtents() throws Exception {
        TarEntry entry = read(TarBytes.pax("GNU.sparse.size=10000", "GNU.sparse.numblocks=0"), TarBytes.ustar("i", '0', 0).header());
        assertEquals(10_000, entry.realSize());
        assertEquals(0, entry.sparse().orElseThrow().extents());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1024,512,1024,512", "4096,512,1024,512", "1024,512,4096", "0,99999", "-1,512", "1024,-512",
        "9223372036854775807,512", "0,9223372036854775807", "1,,2", "a,b", "0,100,512,512", "9999,512"})
    void hostileMapsAreRefused(String map) {
        QbfsException error = assertThrows(QbfsException.class, () -> read(TarBytes.pax("GNU.sparse.size=10000",
                "GNU.sparse.map=" + map), TarBytes.ustar("image", '0', 1024).with(DATA)));
        assertTrue(error instanceof CorruptData, error.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "2\n0\n512\n", "99999999999999999999\n", "1\n0\n99999\n", "1\n20000\n512\n", "999999999999999999\n0\n0\n"})
    void hostilePax10MapsAreRefused(String map) {
        byte[] padded = TarBytes.padded(map.getBytes(StandardCharsets.US_ASCII));
        assertThrows(QbfsException.class, () -> read(TarBytes.pax("GNU.sparse.major=1", "GNU.sparse.minor=0",
                "GNU.sparse.realsize=10000"), TarBytes.ustar("image", '0', padded.length + 512).header(), padded, new byte[512]));
    }

    @Test
    void unknownSparseFormatIsRefused() {
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("GNU.sparse.major=2", "GNU.sparse.minor=0",
                "GNU.sparse.realsize=1"), TarBytes.ustar("image", '0', 512).with(DATA)));
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("GNU.sparse.major=1", "GNU.sparse.minor=0"),
                TarBytes.ustar("image", '0', 512).with(DATA)));
    }

    @Test
    void mapOfMillionsOfExtentsTakesSixteenBytesEach() throws Exception {
        SparseMap.Builder builder = new SparseMap.Builder("image");
        int extents = 3_000_000;
        for (int i = 0; i < extents; i++) {
            builder.data(i * 1024L, 512);
        }
        SparseMap map = builder.build(extents * 1024L);
        assertEquals(extents, map.extents());
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            int extent = random.nextInt(extents);
            assertEquals(extent, map.extentAt(extent * 1024L + random.nextInt(512)));
            assertEquals(extent + 1, map.extentAt(extent * 1024L + 512 + random.nextInt(512)));
            assertEquals(extent * 512L, map.storedOffset(extent));
        }
    }

    // Hostile extended headers.

    @ParameterizedTest
    @ValueSource(strings = {"5 a=b\n", "7 a=b\n", "6 a=b", "6 a b\n", "99999999999 a=b\n", "x=y\n", " 6 a=b\n", "-6 a=b\n", "0 a=b\n", "3 \n", "6  =\n\n\n"})
    void malformedPaxRecordsAreRefused(String record) {
        assertThrows(CorruptData.class, () -> read(TarBytes.ustar("x", 'x', record.length()).with(record),
                TarBytes.ustar("name", '0', 0).header()));
    }

    @Test
    void manyPaxRecordsOfNoUseTakeNoMemory() throws Exception {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            records.append(String.format("15 k%08d=%s\n", i, ""));
        }
        String all = records.toString().replace("15 ", "14 ");
        assertEquals("name", read(TarBytes.ustar("x", 'x', all.length()).with(all), TarBytes.ustar("name", '0', 0).header()).name());
    }

    @Test
    void extensionHeaderThatPromisesTooMuchIsRefusedUnread() {
        assertThrows(ResourceLimit.class, () -> read(TarBytes.ustar("x", 'x', 1L << 33).bytes(124, (byte) 0x80, (byte) 0, (byte) 0,
                (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0).header()));
        assertThrows(TruncatedData.class, () -> read(TarBytes.ustar("x", 'x', 20 << 20).header(), new byte[512]));
    }

    @Test
    void endlessRowOfExtensionHeadersIsRefused() {
        byte[] one = TarBytes.pax("path=x");
        byte[][] row = new byte[40][];
        Arrays.fill(row, one);
        assertThrows(CorruptData.class, () -> read(row));
    }

    @Test
    void extensionHeadersWithoutAnEntryAreRefused() {
        assertThrows(CorruptData.class, () -> read(TarBytes.pax("path=x"), TarBytes.end()));
        assertThrows(TruncatedData.class, () -> read(TarBytes.pax("path=x")));
    }

    @Test
    void globalHeadersArePassedOver() throws Exception {
        byte[] global = TarBytes.pax("path=everything");
        global[156] = 'g';
        byte[] fixed = TarBytes.ustar("PaxHeaders/x", 'g', Arrays.copyOfRange(global, 512, 1024).length).with(Arrays.copyOfRange(global, 512, 1024));
        assertEquals("name", read(fixed, TarBytes.ustar("name", '0', 0).header()).name());
    }

    /** Counts what is read. */
    private static final class Counting implements ByteSource {
        private final byte[] start;
        private long bytes;

        Counting(byte[] start) {
            this.start = start;
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }

        @Override
        public int read(long position, ByteBuffer dst) {
            int length = dst.remaining();
            bytes += length;
            for (int i = 0; i < length; i++) {
                dst.put(position + i < start.length ? start[(int) position + i] : (byte) '0');
            }
            return length;
        }

        @Override
        public String name() {
            return "endless";
        }
    }

    @Test
    void headersOfPlainFilesCostLittleWhateverTheySay() {
        byte[] longName = TarBytes.gnu("l", 'L', 1 << 20).header();
        byte[] pax10 = TarBytes.join(TarBytes.pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1"),
                TarBytes.ustar("n", '0', 1L << 32).header(), "999999999\n".getBytes(StandardCharsets.US_ASCII), "0\n".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII));
        byte[] maps = new byte[512 * 1000];
        for (int i = 0; i < maps.length; i += 512) {
            Arrays.fill(maps, i, i + 512, (byte) '0');
        }
        byte[] old = TarBytes.join(TarBytes.gnu("n", 'S', 0).bytes(482, (byte) 1).octal(386, 12, 0).octal(398, 12, 0).octal(410, 12, 0)
                .octal(422, 12, 0).octal(434, 12, 0).octal(446, 12, 0).octal(458, 12, 0).octal(470, 12, 0).header(), maps);
        for (byte[] hostile : new byte[][] {longName, pax10, old}) {
            Counting source = new Counting(hostile);
            Optional<Throwable> error = Optional.of(assertThrows(ResourceLimit.class,
                    () -> TarReader.ofPlainFiles(source).entryAt(0)));
            assertTrue(source.bytes < 100_000, source.bytes + " bytes read; " + error);
        }
    }

    @Test
    void streamOfEmptyExtentsEnds() {
        byte[] head = TarBytes.gnu("n", 'S', 0).bytes(482, (byte) 1).octal(386, 12, 0).octal(398, 12, 0).octal(410, 12, 0)
                .octal(422, 12, 0).octal(434, 12, 0).octal(446, 12, 0).octal(458, 12, 0).octal(470, 12, 0).header();
        assertThrows(CorruptData.class, () -> new TarReader(new Counting(head)).entryAt(0));
    }

    @Test
    void randomBytesNeverThrowAnythingUntyped() {
        Random random = new Random(11);
        byte[][] seeds = {TarBytes.join(TarBytes.pax("GNU.sparse.size=10000", "GNU.sparse.map=1024,512,4096,512", "mtime=1.5"),
                TarBytes.ustar("image", '0', 1024).with(DATA)), TarBytes.gnu("image", 'S', 1024).octal(386, 12, 1024).octal(398, 12, 512)
                .octal(483, 12, 10_000).with(DATA)};
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = seeds[i % seeds.length].clone();
            int block = random.nextInt(3) * 512;
            for (int k = 0; k < 3; k++) {
                bytes[block + random.nextInt(512)] = (byte) random.nextInt();
            }
            if (i % 4 < 2) {
                fixChecksum(bytes, 0);
                fixChecksum(bytes, 1024);
            }
            try {
                reader(bytes).entryAt(0);
            } catch (QbfsException e) {
                // What should happen.
            } catch (IOException | RuntimeException e) {
                throw new AssertionError("round " + i, e);
            }
        }
    }

    private static void fixChecksum(byte[] bytes, int at) {
        Arrays.fill(bytes, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
            sum += bytes[i] & 0xff;
        }
        System.arraycopy(String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII), 0, bytes, at + 148, 8);
    }
}
