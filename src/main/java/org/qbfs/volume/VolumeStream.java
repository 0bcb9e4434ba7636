// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;
import org.qbfs.tar.TarEntry;
import org.qbfs.tar.TarReader;

/**
 * The volumes of a multi-volume tar archive as one archive: a volume that goes on with the file of the one
 * before begins with a header of type {@code M} (GNU tar manual, "Using Multiple Tapes"), which is left out.
 *
 * <p>All volumes but the last are of one size, so a read goes straight to its volume. While the first entry
 * lasts, volumes before it need not be opened: each begins with one such block, which is checked when its
 * volume is. Safe for many threads.
 */
final class VolumeStream implements ByteSource {
    private static final int TYPE_OFFSET = 156;
    private static final byte CONTINUATION = 'M';
    private static final int LONGEST_SHORT_NAME = 100;

    private final FileGroup group;
    private final Opener opener;
    private final Slot[] slots;
    /** Guards the fields below; held while the volumes' places are found out, which every read needs. */
    private final Object places = new Object();
    private final long[] starts;
    private int known;
    private Optional<TarEntry> firstEntry = Optional.empty();
    private long firstEntryEnd;

    /** Opens the tar volume of one chunk. */
    interface Opener {
        ByteSource open(Chunk chunk) throws IOException;
    }

    /** A volume once opened, and what it goes on with: the header of that is left out. */
    private record Volume(ByteSource tar, Optional<TarEntry> continued) {
        int skipped() {
            return continued.isPresent() ? TarReader.BLOCK : 0;
        }
    }

    /** One place in the row of volumes; null where the chunk is missing. */
    private static final class Slot {
        final Chunk chunk;
        Volume volume;

        Slot(Chunk chunk) {
            this.chunk = chunk;
        }
    }

    VolumeStream(FileGroup group, Opener opener) {
        this.group = group;
        this.opener = opener;
        int count = group.chunks().isEmpty() ? 0 : group.chunks().getLast().number() + 1;
        this.slots = new Slot[count];
        for (Chunk chunk : group.chunks()) {
            slots[chunk.number()] = new Slot(chunk);
        }
        this.starts = new long[Math.max(1, count)];
    }

    /** The number of bytes. Decodes the last volume. */
    @Override
    public long size() throws IOException {
        int last = slots.length - 1;
        return last < 0 ? 0 : start(last) + length(last);
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException("negative position " + position);
        }
        int begin = dst.position();
        while (dst.hasRemaining() && slots.length > 0) {
            long at = position + dst.position() - begin;
            int index = indexAt(at);
            long start = start(index);
            boolean last = index == slots.length - 1;
            int wanted = last ? dst.remaining() : (int) Math.min(dst.remaining(), start(index + 1) - at);
            int got = read(index, at - start, wanted, dst);
            if (got < wanted) {
                if (!last) {
                    throw new TruncatedData("the volume is shorter than the first one", place(index));
                }
                break;
            }
        }
        return dst.position() - begin;
    }

    private int read(int index, long position, int length, ByteBuffer dst) throws IOException {
        Volume volume = volume(index);
        if (index > 0) {
            check(index, volume);
        }
        return Clamp.limited(dst, length, part -> volume.tar().read(position + volume.skipped(), part));
    }

    /**
     * A volume must go on exactly where its place says, and with the same file: no MAC of version 2 binds a chunk
     * to its place.
     */
    private void check(int index, Volume volume) throws IOException {
        long left = firstEntryEnd - start(index);
        if (volume.continued().isPresent()) {
            ArchivePath.below(group.path(), volume.continued().get().name());
        }
        if (left <= 0) {
            return;
        }
        TarEntry continued = volume.continued().orElseThrow(() -> new CorruptData(
                "the volume does not go on with the file of the one before, which lacks " + left + " bytes", place(index)));
        String name = firstEntry.orElseThrow().name();
        if (continued.storedSize() != left || !isName(continued.name(), name)) {
            throw new CorruptData("the volume goes on with " + continued.storedSize() + " bytes of \"" + continued.name()
                    + "\", and not with the " + left + " that \"" + name + "\" lacks", place(index));
        }
    }

    /** Such a header has no room for more than the first 100 bytes of a name. */
    private static boolean isName(String beginning, String name) {
        return name.equals(beginning) || beginning.length() >= LONGEST_SHORT_NAME / 4 && name.startsWith(beginning)
                && name.getBytes(StandardCharsets.UTF_8).length > LONGEST_SHORT_NAME;
    }

    /** The volume that holds {@code position}; the last one for all behind it. */
    private int indexAt(long position) throws IOException {
        synchronized (places) {
            int last = slots.length - 1;
            while (known < last && (known == 0 || starts[known] <= position)) {
                start(known + 1);
            }
            int found = Arrays.binarySearch(starts, 0, Math.min(known, last) + 1, position);
            return found < 0 ? -found - 2 : found;
        }
    }

    /** Where volume {@code index} begins in the stream. */
    private long start(int index) throws IOException {
        synchronized (places) {
            if (known == 0 && index > 0) {
                starts[1] = length(0);
                firstEntry = firstEntry(volume(0).tar());
                firstEntryEnd = firstEntry.map(TarEntry::dataEnd).orElse(0L);
                known = 1;
            }
            for (; known < index; known++) {
                int skipped = starts[known] < firstEntryEnd ? TarReader.BLOCK : volume(known).skipped();
                starts[known + 1] = starts[known] + starts[1] - skipped;
            }
            return starts[index];
        }
    }

    /** The first entry, or nothing if its headers do not end in the first volume. */
    private static Optional<TarEntry> firstEntry(ByteSource tar) throws IOException {
        try {
            return new TarReader(tar).entryAt(0);
        } catch (TruncatedData e) {
            return Optional.empty();
        }
    }

    private long length(int index) throws IOException {
        Volume volume = volume(index);
        return volume.tar().size() - volume.skipped();
    }

    private Volume volume(int index) throws IOException {
        Slot slot = slots[index];
        if (slot == null) {
            throw new TruncatedData("the chunk is missing", place(index));
        }
        synchronized (slot) {
            if (slot.volume == null) {
                ByteSource tar = opener.open(slot.chunk);
                // Any other block may come first too: a header, the rest of a long name or of a map, zeros at the end.
                ByteBuffer block = ByteBuffer.allocate(TarReader.BLOCK);
                boolean continued = index > 0 && tar.read(0, block) == TarReader.BLOCK
                        && TarReader.isHeader(block.array()) && block.get(TYPE_OFFSET) == CONTINUATION;
                slot.volume = new Volume(tar, continued ? new TarReader(tar).entryAt(0) : Optional.empty());
            }
            return slot.volume;
        }
    }

    private Place place(int index) {
        return Place.of("chunk " + String.format("%s.%03d", group.path(), index));
    }

    @Override
    public String name() {
        return group.path();
    }
}
