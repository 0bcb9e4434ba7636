// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Member;
import org.qbfs.error.CorruptData;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.TarBytes;
import org.qbfs.tar.TarEntry;
import org.qbfs.tar.TarReader;

class VolumeStreamTest {
    private static final int VOLUME = 2048;
    private static final String NAME = "vm1/private.img";

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** {@code archive} cut as tar -M does; {@code names} and ends of the files that go on in later volumes. */
    private static List<byte[]> cut(byte[] archive, String name, int dataEnd) {
        List<byte[]> volumes = new ArrayList<>();
        volumes.add(Arrays.copyOf(archive, VOLUME));
        for (int at = VOLUME; at < archive.length; ) {
            byte[] head = at < dataEnd ? TarBytes.gnu(name, 'M', dataEnd - at).octal(369, 12, at - 512).header() : new byte[0];
            int length = Math.min(VOLUME - head.length, archive.length - at);
            volumes.add(TarBytes.join(head, Arrays.copyOfRange(archive, at, at + length)));
            at += length;
        }
        return volumes;
    }

    private static VolumeStream stream(List<byte[]> volumes, Integer... missing) {
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < volumes.size(); i++) {
            if (!List.of(missing).contains(i)) {
                chunks.add(new Chunk(NAME, i, new Member(NAME + "." + i, 0, 0, 0, true), Optional.empty()));
            }
        }
        return new VolumeStream(new FileGroup(NAME, chunks),
                chunk -> new MemorySource(chunk.name(), volumes.get(chunk.number())));
    }

    private static byte[] archive(byte[] image) {
        return TarBytes.join(TarBytes.gnu(NAME, '0', image.length).with(image), TarBytes.end());
    }

    @Test
    void joinsVolumesWithoutTheirContinuationHeaders() throws Exception {
        for (int length : new int[] {100, 1536, 1537, 3072, 9000, 20_000}) {
            byte[] archive = archive(random(length));
            List<byte[]> volumes = cut(archive, NAME, 512 + length);
            ByteSourceContract.check(stream(volumes), archive, 512, 2048, 3584, 5120);
        }
    }

    @Test
    void joinsVolumesBehindTheFirstEntry() throws Exception {
        byte[] first = TarBytes.gnu(NAME + "/a", '0', 700).with(random(700));
        byte[] second = TarBytes.gnu(NAME + "/b", '0', 5000).with(random(5000));
        byte[] archive = TarBytes.join(first, second, TarBytes.end());
        VolumeStream stream = stream(cut(archive, NAME + "/b", first.length + 512 + 5000));
        ByteSourceContract.check(stream, archive, 2048, 3584);
        TarReader reader = new TarReader(stream);
        TarEntry a = reader.entryAt(0).orElseThrow();
        TarEntry b = reader.entryAt(a.nextOffset()).orElseThrow();
        assertEquals(NAME + "/b", b.name());
        assertArrayEquals(random(5000), stream.readBytes(b.dataOffset(), 5000));
    }

    @Test
    void opensOnlyTheVolumesThatAReadNeeds() throws Exception {
        byte[] archive = archive(random(20_000));
        List<byte[]> volumes = cut(archive, NAME, 20_512);
        TreeSet<Integer> opened = new TreeSet<>();
        FileGroup group = new FileGroup(NAME, java.util.stream.IntStream.range(0, volumes.size())
                .mapToObj(i -> new Chunk(NAME, i, new Member(NAME + "." + i, 0, 0, 0, true), Optional.empty())).toList());
        VolumeStream stream = new VolumeStream(group, chunk -> {
            opened.add(chunk.number());
            return new MemorySource(chunk.name(), volumes.get(chunk.number()));
        });
        assertArrayEquals(Arrays.copyOfRange(archive, 10_000, 10_010), stream.readBytes(10_000, 10));
        assertEquals(new TreeSet<>(List.of(0, 6)), opened);
    }

    @Test
    void volumeOfAnotherPlaceIsRefused() throws Exception {
        byte[] image = random(9000);
        List<byte[]> volumes = cut(archive(image), NAME, 9512);
        List<byte[]> swapped = new ArrayList<>(volumes);
        java.util.Collections.swap(swapped, 2, 3);
        VolumeStream stream = stream(swapped);
        assertArrayEquals(Arrays.copyOf(image, 3000), stream.readBytes(512, 3000));
        assertThrows(CorruptData.class, () -> stream.read(3584, ByteBuffer.allocate(1)));
        assertThrows(CorruptData.class, () -> stream.read(5120, ByteBuffer.allocate(1)));
        assertEquals(100, stream.read(6700, ByteBuffer.allocate(100)), "volumes behind them are right");
    }

    @Test
    void volumeThatContinuesNothingIsRefusedInsideAnEntry() throws Exception {
        List<byte[]> volumes = cut(archive(random(9000)), NAME, 9512);
        volumes.set(2, Arrays.copyOf(TarBytes.file("vm9/private.img", random(1024)), VOLUME));
        assertThrows(CorruptData.class, () -> stream(volumes).read(3584, ByteBuffer.allocate(1)));
        volumes.set(2, new byte[VOLUME]);
        assertThrows(CorruptData.class, () -> stream(volumes).read(3584, ByteBuffer.allocate(1)));
    }

    @Test
    void volumeOfAnotherFileIsRefused() throws Exception {
        List<byte[]> volumes = cut(archive(random(9000)), NAME, 9512);
        List<byte[]> others = cut(archive(random(9000)), "vm9/private.img", 9512);
        volumes.set(2, others.get(2));
        assertThrows(CorruptData.class, () -> stream(volumes).read(3584, ByteBuffer.allocate(1)));
    }

    @Test
    void missingVolumeFailsOnlyItsOwnBytes() throws Exception {
        byte[] archive = archive(random(9000));
        VolumeStream stream = stream(cut(archive, NAME, 9512), 2);
        assertArrayEquals(Arrays.copyOf(archive, 3584), stream.readBytes(0, 3584));
        TruncatedData error = assertThrows(TruncatedData.class, () -> stream.read(3584, ByteBuffer.allocate(1)));
        assertTrue(error.getMessage().contains(NAME + ".002"), error.getMessage());
        assertArrayEquals(Arrays.copyOfRange(archive, 5120, 6000), stream.readBytes(5120, 880));
    }

    @Test
    void missingFirstVolumeIsAnErrorAndNoEmptyFile() {
        VolumeStream stream = stream(cut(archive(random(9000)), NAME, 9512), 0);
        assertThrows(TruncatedData.class, () -> stream.read(0, ByteBuffer.allocate(1)));
        assertThrows(TruncatedData.class, () -> stream.read(5000, ByteBuffer.allocate(1)));
    }

    @Test
    void shortVolumeInTheMiddleIsNoticed() throws Exception {
        byte[] archive = archive(random(9000));
        List<byte[]> volumes = cut(archive, NAME, 9512);
        volumes.set(1, Arrays.copyOf(volumes.get(1), 1000));
        VolumeStream stream = stream(volumes);
        assertThrows(TruncatedData.class, () -> stream.read(2048, ByteBuffer.allocate(600)));
        assertArrayEquals(Arrays.copyOfRange(archive, 3584, 4000), stream.readBytes(3584, 416));
    }

    @Test
    void groupWithoutChunksIsEmpty() throws Exception {
        ByteSourceContract.check(stream(List.of()), new byte[0]);
    }
}
