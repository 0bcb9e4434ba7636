// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;

/**
 * What has been learned about one compressed stream: places where decoding can start, sorted, and its decoded size.
 * Safe for many threads.
 *
 * <p>Memory is bounded: when the checkpoints take more than allowed, the spacing is doubled and every other
 * one is dropped. So a short stream has dense checkpoints, and a huge one as many as fit.
 */
public final class Checkpoints implements CheckpointSink {
    /** Measured: half of it is decoded by a random read, in about 1 ms; a checkpoint takes 5 to 15 KB. */
    public static final long DEFAULT_SPACING = 1 << 20;
    /** Default for the memory of one stream's checkpoints, in bytes. */
    public static final long DEFAULT_MAX_BYTES = 64 << 20;
    /** Measured with zstd: at a distance of one window, starting took longer than the decoding that it saved. */
    private static final int WINDOWS_APART = 4;
    private static final int MOST_SPACINGS = 8;
    /** What an entry takes besides its state. */
    private static final int ENTRY_BYTES = 150;

    private final long maxBytes;
    private final ConcurrentSkipListMap<Long, Checkpoint> table = new ConcurrentSkipListMap<>();
    private volatile long spacing;
    private volatile long decodedSize = -1;
    private volatile Listener listener = new Listener() { };
    /** Guarded by this: bytes that the table takes. */
    private long bytes;

    /** Hears of what is learned, on the thread that decodes: it must be quick. */
    public interface Listener {
        /** A checkpoint was kept. */
        default void added(Checkpoint checkpoint) {}

        /** The end of the stream was reached. */
        default void sized(long decodedSize) {}
    }

    /** An empty table with the default limits. */
    public Checkpoints() {
        this(DEFAULT_SPACING, DEFAULT_MAX_BYTES);
    }

    /**
     * An empty table.
     *
     * @param spacing least distance of two checkpoints, in decoded bytes; grows with the stream
     * @param maxBytes how much memory they may take
     */
    public Checkpoints(long spacing, long maxBytes) {
        if (spacing <= 0 || maxBytes <= 0) {
            throw new IllegalArgumentException("spacing " + spacing + ", memory " + maxBytes);
        }
        this.spacing = spacing;
        this.maxBytes = maxBytes;
    }

    /** Sets who hears of what is learned from now on. */
    public void listen(Listener to) {
        listener = Objects.requireNonNull(to);
    }

    @Override
    public boolean wants(long decodedOffset) {
        return isApart(decodedOffset, spacing);
    }

    @Override
    public boolean wants(long decodedOffset, long window) {
        long least = spacing;
        return isApart(decodedOffset, Math.max(least, Math.min(WINDOWS_APART * window, MOST_SPACINGS * least)));
    }

    private boolean isApart(long decodedOffset, long distance) {
        Long before = table.floorKey(decodedOffset);
        if (decodedOffset - (before == null ? 0 : before) < distance) {
            return false;
        }
        Long behind = table.ceilingKey(decodedOffset);
        return behind == null || behind - decodedOffset >= distance / 2;
    }

    @Override
    public void add(Checkpoint checkpoint) {
        if (checkpoint.decodedOffset() <= 0) {
            return;
        }
        if (table.putIfAbsent(checkpoint.decodedOffset(), checkpoint) == null) {
            account(size(checkpoint));
            listener.added(checkpoint);
        }
    }

    /** The checkpoints there are, sorted. */
    public List<Checkpoint> snapshot() {
        return List.copyOf(table.values());
    }

    /** The size of the decoded stream, if its end has been reached. */
    public OptionalLong decodedSize() {
        long size = decodedSize;
        return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    /** Keeps the size of the decoded stream. */
    public void setDecodedSize(long size) {
        if (size != decodedSize) {
            decodedSize = size;
            listener.sized(size);
        }
    }

    /** Forgets {@code damaged}, which did not fit the stream. */
    synchronized void remove(Checkpoint damaged) {
        if (table.remove(damaged.decodedOffset(), damaged)) {
            bytes -= size(damaged);
        }
    }

    /** How much memory the checkpoints take, about, in bytes. */
    public synchronized long memory() {
        return bytes;
    }

    /** The last checkpoint at or before {@code decodedOffset}. */
    Checkpoint before(long decodedOffset) {
        Map.Entry<Long, Checkpoint> entry = table.floorEntry(decodedOffset);
        return entry == null ? Checkpoint.START : entry.getValue();
    }

    /** The offset of the first checkpoint after {@code decodedOffset}; the greatest long if there is none. */
    long offsetAfter(long decodedOffset) {
        Long key = table.higherKey(decodedOffset);
        return key == null ? Long.MAX_VALUE : key;
    }

    private synchronized void account(long added) {
        bytes += added;
        while (bytes > maxBytes && table.size() > 1) {
            spacing = Math.multiplyExact(spacing, 2L);
            thin();
        }
    }

    private void thin() {
        long kept = 0;
        for (Checkpoint checkpoint : table.values()) {
            if (checkpoint.decodedOffset() - kept < spacing) {
                remove(checkpoint);
            } else {
                kept = checkpoint.decodedOffset();
            }
        }
    }

    private static long size(Checkpoint checkpoint) {
        return checkpoint.state().length + (long) ENTRY_BYTES;
    }
}
