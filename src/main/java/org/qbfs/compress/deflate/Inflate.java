// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.qbfs.compress.codec.CompressedInput;
import org.qbfs.compress.codec.WatchedWindow;
import org.qbfs.error.CorruptData;

/**
 * Raw deflate (RFC 1951), written for speed: 64 bits of the stream in a register, one table load for a symbol or for
 * two literals, and copies of eight bytes that may run over their end into a slack. It can stop and go on at any
 * symbol. Every index comes through a checked access, so that a hostile stream can at worst be refused.
 */
final class Inflate {
    /** How far back a match may reach. */
    static final int WINDOW = 32 << 10;
    /** How far {@link #run} may go past its limit: the longest match, two literals and the last overrun. */
    static final int SLACK = 288;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    /** By distance: how far a pattern of eight bytes that repeats after it may be advanced. */
    private static final int[] PATTERN_STEP = {0, 8, 8, 6, 8, 5, 6, 7};
    private static final int MIN_FAST_INPUT = 24;

    /** What comes next in the stream. */
    enum State { HEADER, STORED, FIXED, DYNAMIC, END }

    final CompressedInput input;
    /** Decoded bytes; the last {@link #WINDOW} before {@link #outPosition} must stay where they are. */
    final byte[] out;
    /** Index in {@link #out} of the next byte. */
    int outPosition;
    /** Index in {@link #out} of the first byte that belongs to this deflate stream. */
    int historyStart;
    State state = State.HEADER;
    /** The window of a checkpoint in the making, and the index in {@link #out} where it ends. */
    private WatchedWindow watched;
    private int watchedEnd;

    private final DeflateTables tables = new DeflateTables();
    private boolean tablesAreFixed;
    private boolean last;
    private int storedLeft;
    private final byte[] lengths = new byte[DeflateTables.MAX_LITERALS + DeflateTables.MAX_DISTANCES];
    private int literalCount;
    private int distanceCount;
    /** Bits from the stream, the next one lowest; above {@link #bitCount} there are zeros. */
    private long bits;
    private int bitCount;

    Inflate(CompressedInput input, byte[] out) {
        this.input = input;
        this.out = out;
    }

    /** Offset in the compressed source, in bits, of the next bit. */
    long bitOffset() {
        return input.offset() * 8 - bitCount;
    }

    /** Begins a new deflate stream at the next byte. */
    void restart() {
        state = State.HEADER;
        last = false;
        historyStart = outPosition;
    }

    /** Tells {@code window}, which ends here, of the matches that use it from now on; null tells nobody. */
    void watch(WatchedWindow window) {
        watched = window;
        watchedEnd = outPosition;
    }

    /** Skips {@code count} bits, fewer than 8, at the beginning of the input. */
    void skipBits(int count) throws IOException {
        if (count > 0) {
            need(count);
            drop(count);
        }
    }

    /** Gives bytes that were taken from the input, but not used, back to it; the bits up to a byte are dropped. */
    void align() {
        input.position -= bitCount >>> 3;
        bits = 0;
        bitCount = 0;
    }

    /**
     * Decodes until {@link #outPosition} is at or a little past {@code limit}, or to the end of the deflate stream.
     *
     * @throws IOException at damage; {@link #outPosition} counts the bytes before it
     */
    void run(int limit) throws IOException {
        while (outPosition < limit && state != State.END) {
            if (state == State.HEADER) {
                blockHeader();
            } else {
                runBlock(limit);
            }
        }
    }

    /** As {@link #run}, and not beyond the block that it is in: at its end, the next one's header comes next. */
    void runBlock(int limit) throws IOException {
        switch (state) {
            case STORED -> stored(limit);
            case FIXED, DYNAMIC -> compressed(limit);
            case HEADER, END -> { }
        }
    }

    /**
     * Forgets what was, and decodes the header of a block that may begin {@code bit} bits behind the input's next byte.
     *
     * @throws IOException if none can
     */
    void tryHeader(int bit) throws IOException {
        bits = 0;
        bitCount = 0;
        restart();
        skipBits(bit);
        blockHeader();
    }

    /** What is needed, besides the window, to go on here: see {@link #resume}. At most 322 bytes. */
    byte[] blockState() {
        byte[] head = {(byte) (state.ordinal() | (last ? 8 : 0))};
        return switch (state) {
            case STORED -> new byte[] {head[0], (byte) storedLeft, (byte) (storedLeft >>> 8)};
            case DYNAMIC -> {
                byte[] all = new byte[3 + literalCount + distanceCount];
                all[0] = head[0];
                all[1] = (byte) (literalCount - 257);
                all[2] = (byte) distanceCount;
                System.arraycopy(lengths, 0, all, 3, literalCount + distanceCount);
                yield all;
            }
            case HEADER, FIXED, END -> head;
        };
    }

    /** Takes over what {@link #blockState} gave; false if it did not. */
    boolean resume(byte[] blockState) {
        if (blockState.length == 0 || (blockState[0] & 7) >= State.END.ordinal() || blockState[0] >>> 4 != 0) {
            return false;
        }
        state = State.values()[blockState[0] & 7];
        last = (blockState[0] & 8) != 0;
        switch (state) {
            case STORED -> {
                if (blockState.length != 3) {
                    return false;
                }
                storedLeft = blockState[1] & 0xff | (blockState[2] & 0xff) << 8;
            }
            case DYNAMIC -> {
                if (blockState.length < 3) {
                    return false;
                }
                literalCount = (blockState[1] & 0xff) + 257;
                distanceCount = blockState[2] & 0xff;
                if (literalCount > DeflateTables.MAX_LITERALS || distanceCount > DeflateTables.MAX_DISTANCES
                        || blockState.length != 3 + literalCount + distanceCount) {
                    return false;
                }
                System.arraycopy(blockState, 3, lengths, 0, literalCount + distanceCount);
                for (int i = 0; i < literalCount + distanceCount; i++) {
                    if (lengths[i] < 0 || lengths[i] > 15) {
                        return false;
                    }
                }
                return tables.dynamic(lengths, literalCount, distanceCount) == null;
            }
            case FIXED -> useFixedTables();
            case HEADER, END -> { }
        }
        return true;
    }

    /** Decodes the header that comes next; where the last block has ended, that is the end. */
    void blockHeader() throws IOException {
        if (last) {
            state = State.END;
            return;
        }
        need(3);
        last = (bits & 1) != 0;
        int type = (int) bits >>> 1 & 3;
        drop(3);
        switch (type) {
            case 0 -> {
                align();
                int length = input.need("a stored block") | input.need("a stored block") << 8;
                int inverted = input.need("a stored block") | input.need("a stored block") << 8;
                if (length != (~inverted & 0xffff)) {
                    throw corrupt("a stored block's two lengths do not match");
                }
                storedLeft = length;
                state = State.STORED;
            }
            case 1 -> {
                useFixedTables();
                state = State.FIXED;
            }
            case 2 -> {
                dynamicHeader();
                state = State.DYNAMIC;
            }
            default -> throw corrupt("a block has the type 3, which does not exist");
        }
    }

    private void useFixedTables() {
        if (!tablesAreFixed) {
            tables.fixed();
            tablesAreFixed = true;
        }
    }

    private void dynamicHeader() throws IOException {
        tablesAreFixed = false;
        need(14);
        literalCount = ((int) bits & 31) + 257;
        distanceCount = ((int) bits >>> 5 & 31) + 1;
        int precodeCount = ((int) bits >>> 10 & 15) + 4;
        drop(14);
        if (literalCount > DeflateTables.MAX_LITERALS || distanceCount > DeflateTables.MAX_DISTANCES) {
            throw corrupt("a block has more codes than there are symbols");
        }
        for (int i = 0; i < 19; i++) {
            int length = 0;
            if (i < precodeCount) {
                need(3);
                length = (int) bits & 7;
                drop(3);
            }
            tables.precodeLength(i, length);
        }
        if (!tables.buildPrecode()) {
            throw corrupt("the codes for code lengths of a block do not fit together");
        }
        codeLengths();
        String wrong = tables.dynamic(lengths, literalCount, distanceCount);
        if (wrong != null) {
            throw corrupt(wrong);
        }
    }

    /** RFC 1951, 3.2.7. */
    private void codeLengths() throws IOException {
        int count = literalCount + distanceCount;
        for (int i = 0; i < count;) {
            // At most 14 bits; near the end of the stream there may be fewer left, and zeros stand for them.
            top();
            int entry = tables.precodeEntry((int) bits);
            need(entry & 63);
            drop(entry & 63);
            int symbol = entry >>> 16;
            if (symbol < 16) {
                lengths[i++] = (byte) symbol;
                continue;
            }
            int extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
            need(extra);
            int repeat = ((int) bits & (1 << extra) - 1) + (symbol == 18 ? 11 : 3);
            drop(extra);
            if (repeat > count - i || symbol == 16 && i == 0) {
                throw corrupt("the code lengths of a block run past their end");
            }
            Arrays.fill(lengths, i, i + repeat, symbol == 16 ? lengths[i - 1] : 0);
            i += repeat;
        }
    }

    private void stored(int limit) throws IOException {
        while (storedLeft > 0 && outPosition < limit) {
            if (input.position == input.end && !input.more()) {
                throw input.truncated("a stored block");
            }
            int length = Math.min(Math.min(storedLeft, limit - outPosition), input.end - input.position);
            System.arraycopy(input.bytes, input.position, out, outPosition, length);
            input.position += length;
            outPosition += length;
            storedLeft -= length;
        }
        if (storedLeft == 0) {
            state = State.HEADER;
        }
    }

    private void compressed(int limit) throws IOException {
        IOException failure = null;
        boolean atEnd = false;
        while (outPosition < limit && state != State.HEADER) {
            if (!atEnd && input.end - input.position < MIN_FAST_INPUT) {
                try {
                    atEnd = !input.more();
                } catch (IOException e) {
                    failure = e;
                    atEnd = true;
                }
            }
            if (input.end - input.position >= MIN_FAST_INPUT) {
                fast(limit);
            } else {
                oneSymbol(failure);
            }
        }
    }

    /**
     * The loop in which nearly all time goes. It stops before {@link #MIN_FAST_INPUT} bytes from the end of the input
     * there is, and as soon as the output is at the limit; what it reads and writes beyond is slack.
     */
    private void fast(int limit) throws CorruptData {
        final byte[] in = input.bytes;
        final byte[] to = out;
        final int[] literals = tables.literals;
        final int[] distances = tables.distances;
        final int inLimit = input.end - 16;
        final int checked = watched == null ? historyStart : watchedEnd;
        int inAt = input.position;
        int at = outPosition;
        long buffer = bits;
        int count = bitCount;
        String wrong = null;
        while (inAt < inLimit && at < limit) {
            // At least 56 bits; those above count are the ones that will be or-ed in again.
            buffer |= (long) LONG.get(in, inAt) << count;
            inAt += 63 - count >>> 3;
            count |= 56;
            int entry = literals[(int) buffer & DeflateTables.LITERAL_MASK];
            if (entry < 0) {
                buffer >>>= entry;
                count -= entry & 63;
                SHORT.set(to, at, (short) (entry >>> 8));
                at += entry >>> 24 & 3;
                entry = literals[(int) buffer & DeflateTables.LITERAL_MASK];
                if (entry < 0) {
                    buffer >>>= entry;
                    count -= entry & 63;
                    SHORT.set(to, at, (short) (entry >>> 8));
                    at += entry >>> 24 & 3;
                    entry = literals[(int) buffer & DeflateTables.LITERAL_MASK];
                    if (entry < 0) {
                        buffer >>>= entry;
                        count -= entry & 63;
                        SHORT.set(to, at, (short) (entry >>> 8));
                        at += entry >>> 24 & 3;
                        continue;
                    }
                }
                buffer |= (long) LONG.get(in, inAt) << count;
                inAt += 63 - count >>> 3;
                count |= 56;
            }
            if ((entry & DeflateTables.EXCEPTION) != 0) {
                if ((entry & DeflateTables.SUBTABLE) != 0) {
                    buffer >>>= entry;
                    count -= entry & 63;
                    entry = literals[(entry >>> 12 & 0x7fff)
                            + ((int) buffer & (1 << (entry >>> 8 & 15)) - 1)];
                    if (entry < 0) {
                        buffer >>>= entry;
                        count -= entry & 63;
                        to[at++] = (byte) (entry >>> 8);
                        continue;
                    }
                }
                if ((entry & DeflateTables.EXCEPTION) != 0) {
                    if ((entry & DeflateTables.END) == 0) {
                        wrong = "a bit pattern is no literal or length";
                        break;
                    }
                    buffer >>>= entry;
                    count -= entry & 63;
                    state = State.HEADER;
                    break;
                }
            }
            int length = (entry >>> 16)
                    + (((int) buffer & (1 << entry) - 1) >>> (entry >>> 8 & 31));
            buffer >>>= entry;
            count -= entry & 63;
            entry = distances[(int) buffer & DeflateTables.DISTANCE_MASK];
            if (entry < 0) {
                if ((entry & DeflateTables.SUBTABLE) == 0) {
                    wrong = "a bit pattern is no distance";
                    break;
                }
                buffer >>>= entry;
                count -= entry & 63;
                entry = distances[(entry >>> 12 & 0x7fff)
                        + ((int) buffer & (1 << (entry >>> 8 & 15)) - 1)];
                if (entry < 0) {
                    wrong = "a bit pattern is no distance";
                    break;
                }
            }
            int distance = (entry >>> 16)
                    + (((int) buffer & (1 << entry) - 1) >>> (entry >>> 8 & 31));
            buffer >>>= entry;
            count -= entry & 63;
            int from = at - distance;
            if (from < checked) {
                if (from < historyStart) {
                    wrong = "a match reaches back before the beginning";
                    break;
                }
                watched.used(from - watchedEnd, Math.min(from + length, watchedEnd) - watchedEnd);
            }
            int end = at + length;
            if (distance >= 8) {
                LONG.set(to, at, (long) LONG.get(to, from));
                LONG.set(to, at + 8, (long) LONG.get(to, from + 8));
                if (length > 16) {
                    do {
                        at += 16;
                        from += 16;
                        LONG.set(to, at, (long) LONG.get(to, from));
                        LONG.set(to, at + 8, (long) LONG.get(to, from + 8));
                    } while (at + 16 < end);
                }
            } else {
                repeat(to, at, end, distance);
            }
            at = end;
        }
        input.position = inAt;
        outPosition = at;
        bits = buffer & (1L << count) - 1;
        bitCount = count;
        if (wrong != null) {
            throw corrupt(wrong);
        }
    }

    /** Fills from {@code at} to {@code end}, and a little past it, with the {@code distance < 8} bytes before. */
    private static void repeat(byte[] to, int at, int end, int distance) {
        long pattern = (long) LONG.get(to, at - distance) & (1L << 8 * distance) - 1;
        pattern |= pattern << 8 * distance;
        if (distance <= 3) {
            pattern |= pattern << 16 * distance;
            if (distance == 1) {
                pattern |= pattern << 32;
            }
        }
        int step = PATTERN_STEP[distance];
        for (int i = at; i < end; i += step) {
            LONG.set(to, i, pattern);
        }
    }

    /** One symbol near the end of the input, where each bit must be counted. */
    private void oneSymbol(IOException failure) throws IOException {
        topFromBuffer();
        long buffer = bits;
        int used = 0;
        int entry = tables.literals[(int) buffer & DeflateTables.LITERAL_MASK];
        if ((entry & DeflateTables.EXCEPTION) != 0 && (entry & DeflateTables.SUBTABLE) != 0) {
            used = DeflateTables.LITERAL_BITS;
            buffer >>>= used;
            entry = tables.literals[(entry >>> 12 & 0x7fff) + ((int) buffer & (1 << (entry >>> 8 & 15)) - 1)];
        }
        if (entry < 0) {
            boolean pair = (entry >>> 24 & 3) == 2;
            // Of a pair, take one: the other may lie behind the end.
            available(used + (pair ? entry >>> 26 & 15 : entry & 63), failure);
            drop(used + (pair ? entry >>> 26 & 15 : entry & 63));
            out[outPosition++] = (byte) (entry >>> 8);
            return;
        }
        if ((entry & DeflateTables.EXCEPTION) != 0) {
            available(used + Math.max(1, entry & 63), failure);
            if ((entry & DeflateTables.END) == 0) {
                throw corrupt("a bit pattern is no literal or length");
            }
            drop(used + (entry & 63));
            state = State.HEADER;
            return;
        }
        int length = (entry >>> 16) + (((int) buffer & (1 << entry) - 1) >>> (entry >>> 8 & 31));
        used += entry & 63;
        buffer = bits >>> used;
        entry = tables.distances[(int) buffer & DeflateTables.DISTANCE_MASK];
        if (entry < 0 && (entry & DeflateTables.SUBTABLE) != 0) {
            used += DeflateTables.DISTANCE_BITS;
            buffer >>>= DeflateTables.DISTANCE_BITS;
            entry = tables.distances[(entry >>> 12 & 0x7fff) + ((int) buffer & (1 << (entry >>> 8 & 15)) - 1)];
        }
        available(used + Math.max(1, entry & 63), failure);
        if (entry < 0) {
            throw corrupt("a bit pattern is no distance");
        }
        int distance = (entry >>> 16) + (((int) buffer & (1 << entry) - 1) >>> (entry >>> 8 & 31));
        drop(used + (entry & 63));
        if (distance > outPosition - historyStart) {
            throw corrupt("a match reaches back before the beginning");
        }
        int from = outPosition - distance;
        if (watched != null && from < watchedEnd) {
            watched.used(from - watchedEnd, Math.min(from + length, watchedEnd) - watchedEnd);
        }
        for (int i = 0; i < length; i++) {
            out[outPosition] = out[outPosition - distance];
            outPosition++;
        }
    }

    private void available(int count, IOException failure) throws IOException {
        if (count > bitCount) {
            if (failure != null) {
                throw failure;
            }
            throw input.truncated("a deflate block");
        }
    }

    /** Fills up the bits from what the input holds, without asking it for more. */
    private void topFromBuffer() {
        while (bitCount <= 55 && input.position < input.end) {
            bits |= (input.bytes[input.position++] & 0xffL) << bitCount;
            bitCount += 8;
        }
    }

    private void top() throws IOException {
        topFromBuffer();
        if (bitCount < 16 && input.more()) {
            topFromBuffer();
        }
    }

    private void need(int count) throws IOException {
        while (bitCount < count) {
            bits |= (long) input.need("a deflate block") << bitCount;
            bitCount += 8;
        }
    }

    private void drop(int count) {
        bits >>>= count;
        bitCount -= count;
    }

    private CorruptData corrupt(String what) {
        long at = bitOffset() >>> 3;
        return new CorruptData("the compressed stream is damaged: " + what, input.place(at));
    }
}
