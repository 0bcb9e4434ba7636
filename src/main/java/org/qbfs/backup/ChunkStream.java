// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * The chunks of one file group, opened and joined. A chunk is opened when it is read; a reader that goes
 * forward has the next ones made ready. Safe for many threads.
 *
 * <p>Where a chunk is missing between others, its place is known if all whole chunks but the last have one
 * size (they were cut at one size); reads of it fail, those behind it go on. Otherwise the stream ends in
 * an error at the first gap.
 *
 * <p>The size of a chunk is not known to be right before it is authenticated, and it says where those behind it lie. Those
 * that have the size of the first one, up to one that has not, have the size that the stream was cut at; before a chunk behind
 * that one is read, all before it are authenticated.
 */
public final class ChunkStream implements ByteSource {
    /** A reader that came this far in a row will want the next chunk too. */
    private static final long FORWARD_BYTES = 1 << 20;
    /** As many as the key derivation takes at once. */
    private static final int CHUNKS_AHEAD = 4;

    /** The end of a stream whose end is not known. */
    private static final long END = Long.MAX_VALUE;

    private final String name;
    private final ChunkOpener opener;
    private final List<Slot> slots;
    private final long[] ends;
    /** So many slots from the start have the size of the first. */
    private final int ofOneSize;
    /** So many slots from the start are authentic; counted only where the chunks are not of one size. */
    private final AtomicInteger authenticSlots = new AtomicInteger();
    private final AtomicLong runStart = new AtomicLong();
    private final AtomicLong runEnd = new AtomicLong();

    /** One place in the stream: a chunk; or a row of lost ones from {@code number} on, of {@code lostSize} bytes each. */
    private record Slot(int number, Optional<Chunk> chunk, long lostSize) {}

    /** The stream of {@code group}. */
    public static ChunkStream of(FileGroup group, ChunkOpener opener) {
        List<Slot> slots = new ArrayList<>();
        long gapSize = gapSize(group, opener);
        long[] ends = new long[2 * group.chunks().size() + 1];
        long end = 0;
        int next = 0;
        for (Chunk chunk : group.chunks()) {
            long gap = gapSize <= 0 ? END - end : product(chunk.number() - next, gapSize);
            if (chunk.number() > next && gap < END - end) {
                end += gap;
                ends[slots.size()] = end;
                slots.add(new Slot(next, Optional.empty(), gapSize));
                next = chunk.number();
            }
            long size = opener.openedSize(chunk);
            if (chunk.number() > next || size >= END - end) {
                break;
            }
            end += size;
            ends[slots.size()] = end;
            slots.add(new Slot(next++, Optional.of(chunk), 0));
        }
        if (group.chunks().isEmpty() || next <= group.chunks().getLast().number()) {
            // Whoever reads this far must not take the gap for the end.
            ends[slots.size()] = END;
            slots.add(new Slot(next, Optional.empty(), END - end));
        }
        return new ChunkStream(group.path(), opener, List.copyOf(slots), Arrays.copyOf(ends, slots.size()),
                gapSize >= 0 ? slots.size() : leadingOfOneSize(group, opener));
    }

    private static long product(long count, long size) {
        return count > END / size ? END : count * size;
    }

    /** The size of every chunk but the last, or -1 if they are not of one size or too few to tell. */
    private static long gapSize(FileGroup group, ChunkOpener opener) {
        List<Chunk> chunks = group.chunks();
        long size = -1;
        for (int i = 0; i < chunks.size() - 1; i++) {
            long opened = opener.openedSize(chunks.get(i));
            if (size >= 0 && opened != size) {
                return -1;
            }
            size = opened;
        }
        return size;
    }

    private static int leadingOfOneSize(FileGroup group, ChunkOpener opener) {
        List<Chunk> chunks = group.chunks();
        int count = 0;
        while (count < chunks.size() && chunks.get(count).number() == count
                && opener.openedSize(chunks.get(count)) == opener.openedSize(chunks.getFirst())) {
            count++;
        }
        return count;
    }

    private ChunkStream(String name, ChunkOpener opener, List<Slot> slots, long[] ends, int ofOneSize) {
        this.name = name;
        this.opener = opener;
        this.slots = slots;
        this.ends = ends;
        this.ofOneSize = ofOneSize;
    }

    @Override
    public long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        int done = 0;
        for (int slot = slotAt(position); done < wanted; slot++) {
            long start = slot == 0 ? 0 : ends[slot - 1];
            long at = position + done;
            int length = (int) Math.min(wanted - done, ends[slot] - at);
            if (length > 0) {
                readChunk(slot, at - start, length, dst);
                done += length;
            }
        }
        lookAhead(position, wanted);
        return done;
    }

    /**
     * The offset behind the last chunk that is missing or damaged; 0 if there is none. Authenticates the chunks from the end
     * up to there.
     */
    public long behindLastLoss() throws IOException {
        for (int slot = slots.size() - 1; slot >= 0; slot--) {
            for (int next = slot - 1; next >= Math.max(0, slot - CHUNKS_AHEAD); next--) {
                slots.get(next).chunk().ifPresent(opener::prepare);
            }
            if (!isIntact(slots.get(slot))) {
                return ends[slot];
            }
        }
        return 0;
    }

    private boolean isIntact(Slot slot) throws IOException {
        if (slot.chunk().isEmpty()) {
            return false;
        }
        try {
            opener.authenticate(slot.chunk().get());
            return true;
        } catch (CorruptData | TruncatedData e) {
            return false;
        }
    }

    private void readChunk(int slot, long position, int length, ByteBuffer dst) throws IOException {
        Slot here = slots.get(slot);
        Chunk chunk = here.chunk().orElseThrow(() -> new TruncatedData("the chunk is missing",
                Place.of("chunk " + ChunkName.of(name, Math.toIntExact(here.number() + position / here.lostSize())))));
        if (slot > ofOneSize) {
            authenticateBefore(slot);
        }
        ByteSource opened = opener.open(chunk);
        if (Clamp.limited(dst, length, part -> opened.read(position, part)) < length) {
            throw new TruncatedData("the chunk is shorter than its size", Place.of("chunk " + chunk.member().name()));
        }
    }

    /** Makes sure that the sizes of all chunks before {@code slot} are right. */
    private void authenticateBefore(int slot) throws IOException {
        for (int before = authenticSlots.get(); before < slot; before++) {
            Optional<Chunk> chunk = slots.get(before).chunk();
            if (chunk.isPresent()) {
                opener.authenticate(chunk.get());
            }
            authenticSlots.accumulateAndGet(before + 1, Math::max);
        }
    }

    /** Has the next chunks made ready if reads have come forward without a jump for a while. */
    private void lookAhead(long position, int length) {
        long end = position + length;
        long last = runEnd.getAndSet(end);
        if (position < last - FORWARD_BYTES || position > last + FORWARD_BYTES) {
            runStart.set(position);
        } else if (end - runStart.get() >= FORWARD_BYTES) {
            int slot = slotAt(end);
            for (int next = slot + 1; next < Math.min(slot + 1 + CHUNKS_AHEAD, slots.size()); next++) {
                slots.get(next).chunk().ifPresent(opener::prepare);
            }
        }
    }

    /** The first slot that ends behind {@code position}. */
    private int slotAt(long position) {
        int found = Arrays.binarySearch(ends, position);
        return found < 0 ? -found - 1 : found + 1;
    }

    @Override
    public String name() {
        return name;
    }
}
