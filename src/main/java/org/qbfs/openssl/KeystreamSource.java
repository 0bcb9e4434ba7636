// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * The plaintext of a stream whose keystream can only be made in sequence. States of the keystream are kept on
 * the way, so that a read makes it from the nearest one before; the first read of a far place costs the
 * keystream up to there (but no reading of the ciphertext). Safe for many threads.
 */
final class KeystreamSource implements ByteSource {
    private static final int PIECE = 1 << 15;
    /** The most cursors that wait: a reader in sequence finds its own again, with others beside it. */
    private static final int IDLE_CURSORS = 4;
    /** The most states that are kept; 258 bytes each at most. When there are more, every second one goes. */
    private static final int MAX_STATES = 2048;

    private final String name;
    private final Payload payload;
    private final Keystream.Maker maker;
    private final Object lock = new Object();
    /** States by position, multiples of {@link #spacing}. Guarded by {@link #lock}. */
    private final NavigableMap<Long, byte[]> states = new TreeMap<>();
    /** Cursors that nobody uses, the one used last at the end. Guarded by {@link #lock}. */
    private final List<Cursor> idle = new ArrayList<>();
    /** Guarded by {@link #lock}. */
    private long spacing;

    /** {@code spacing} is the distance of the states to keep, a multiple of {@code maker.unit()}. */
    KeystreamSource(String name, Payload payload, Keystream.Maker maker, long spacing) {
        this.name = name;
        this.payload = payload;
        this.maker = maker;
        this.spacing = spacing;
        states.put(0L, maker.start());
    }

    @Override
    public long size() throws IOException {
        return payload.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int length = Clamp.length(position, dst.remaining(), size());
        if (length == 0) {
            return 0;
        }
        Cursor cursor = cursorBefore(position);
        try {
            decrypt(cursor, position, dst, length);
        } catch (QbfsException e) {
            throw e.within(Place.of(name, position, position + length));
        }
        keep(cursor);
        return length;
    }

    @Override
    public String name() {
        return name;
    }

    private void decrypt(Cursor cursor, long position, ByteBuffer dst, int length) throws IOException {
        byte[] bytes = new byte[Math.min(PIECE, length)];
        for (int done = 0; done < length; ) {
            int piece = Math.min(bytes.length, length - done);
            payload.read(position + done, bytes, 0, piece);
            cursor.xor(position + done, bytes, piece);
            dst.put(bytes, 0, piece);
            done += piece;
        }
    }

    /** The cursor that is nearest before {@code position}, or a new one from the nearest state. */
    private Cursor cursorBefore(long position) {
        synchronized (lock) {
            Map.Entry<Long, byte[]> state = states.floorEntry(position);
            Cursor best = null;
            for (Cursor cursor : idle) {
                if (cursor.start <= position && cursor.start >= (best == null ? state.getKey() : best.start)) {
                    best = cursor;
                }
            }
            if (best != null) {
                idle.remove(best);
                return best;
            }
            return new Cursor(state.getKey(), maker.resume(state.getValue()));
        }
    }

    private void keep(Cursor cursor) {
        synchronized (lock) {
            if (idle.size() == IDLE_CURSORS) {
                idle.removeFirst();
            }
            idle.add(cursor);
        }
    }

    private long nextState(long position) {
        synchronized (lock) {
            return (position / spacing + 1) * spacing;
        }
    }

    private void passed(long position, Keystream keystream) {
        synchronized (lock) {
            if (position % spacing != 0 || states.containsKey(position)) {
                return;
            }
            states.put(position, keystream.state());
            if (states.size() > MAX_STATES) {
                spacing *= 2;
                states.keySet().removeIf(at -> at % spacing != 0);
            }
        }
    }

    /** A keystream and the part of it that was made last, which the next read in sequence may need again. */
    private final class Cursor {
        private final Keystream keystream;
        private final byte[] made = new byte[PIECE];
        /** Where {@link #made} begins in the stream. */
        private long start;
        private int length;

        Cursor(long start, Keystream keystream) {
            this.start = start;
            this.keystream = keystream;
        }

        /** Applies the keystream from {@code position}, which is not before {@link #start}. */
        void xor(long position, byte[] bytes, int count) {
            int done = 0;
            while (done < count) {
                long at = position + done;
                while (at >= start + length) {
                    makeMore();
                }
                int from = (int) (at - start);
                int part = Math.min(count - done, length - from);
                BlockEngine.xor(made, from, part, bytes, done);
                done += part;
            }
        }

        /** Makes a piece that ends at the next state to keep, if that is near. */
        private void makeMore() {
            start += length;
            length = (int) Math.min(made.length, nextState(start) - start);
            keystream.next(made, 0, length);
            passed(start + length, keystream);
        }
    }
}
