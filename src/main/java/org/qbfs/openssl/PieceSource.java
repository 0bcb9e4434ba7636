// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;

/**
 * The plaintext of a stream in a mode that can be decrypted anywhere. Safe for many threads; a read costs the
 * units that it touches, and one look back.
 */
final class PieceSource implements ByteSource {
    /** Long enough to hide the cost of a call, short enough for the processor's nearest cache. */
    private static final int PIECE = 1 << 15;
    /** How many ciphers wait for their next use: setting one up can cost more than a small read. */
    private static final int IDLE_CIPHERS = 4;

    private final String name;
    private final Payload payload;
    private final Shape shape;
    private final Supplier<PieceCipher> maker;
    private final ArrayBlockingQueue<PieceCipher> idle = new ArrayBlockingQueue<>(IDLE_CIPHERS);
    /** The size without padding; -1 until somebody asked. Threads that find it out at once find the same. */
    private volatile long size = -1;

    PieceSource(String name, Payload payload, Shape shape, Supplier<PieceCipher> maker) {
        this.name = name;
        this.payload = payload;
        this.shape = shape;
        this.maker = maker;
    }

    /**
     * What a mode needs.
     *
     * @param unit pieces are multiples of this many bytes
     * @param lookBack how many bytes of ciphertext before a piece are needed
     * @param padded whether the last block ends in PKCS #7 padding
     */
    record Shape(int unit, int lookBack, boolean padded) {}

    @Override
    public long size() throws IOException {
        if (size < 0) {
            size = shape.padded ? sizeWithoutPadding() : payload.size();
        }
        return size;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int length = Clamp.length(position, dst.remaining(), Long.MAX_VALUE);
        // Only a read that may touch the last block has to know where the padding begins.
        if (length > endOfCertainText() - position) {
            length = Clamp.length(position, length, size());
        }
        if (length == 0) {
            return 0;
        }
        PieceCipher cipher = borrow();
        try {
            decrypt(cipher, position, dst, length);
        } catch (QbfsException e) {
            throw e.within(Place.of(name, position, position + length));
        }
        idle.offer(cipher);
        return length;
    }

    @Override
    public String name() {
        return name;
    }

    /** The end of what is text for certain, whatever the padding is. May be negative. */
    private long endOfCertainText() throws IOException {
        long end = payload.size();
        return shape.padded ? end - end % shape.unit - shape.unit : end;
    }

    /** Decrypts {@code length} bytes, all of which the payload has. */
    private void decrypt(PieceCipher cipher, long position, ByteBuffer dst, int length) throws IOException {
        int skip = (int) (position % shape.unit);
        int longest = (int) Math.min(PIECE, wholeUnits((long) skip + length));
        byte[] bytes = new byte[shape.lookBack + longest];
        byte[] plain = null;
        int done = 0;
        while (done < length) {
            long from = position + done - skip;
            int piece = (int) Math.min(longest, Math.min(wholeUnits((long) skip + length - done), payload.size() - from));
            int wanted = Math.min(piece - skip, length - done);
            payload.read(from - shape.lookBack, bytes, 0, shape.lookBack + piece);
            if (dst.hasArray() && wanted == piece) {
                cipher.decrypt(from, bytes, shape.lookBack, piece, dst.array(), dst.arrayOffset() + dst.position());
                dst.position(dst.position() + piece);
            } else {
                plain = plain == null ? new byte[longest] : plain;
                cipher.decrypt(from, bytes, shape.lookBack, piece, plain, 0);
                dst.put(plain, skip, wanted);
            }
            done += wanted;
            skip = 0;
        }
    }

    private long wholeUnits(long length) {
        return (length + shape.unit - 1) / shape.unit * shape.unit;
    }

    private PieceCipher borrow() {
        PieceCipher cipher = idle.poll();
        return cipher == null ? maker.get() : cipher;
    }

    private long sizeWithoutPadding() throws IOException {
        long end = payload.size();
        if (end == 0 || end % shape.unit != 0) {
            throw new TruncatedData("the encrypted stream does not end in a whole block of padding",
                    Place.of(payload.stream().name(), Payload.HEADER + end - end % shape.unit, Payload.HEADER + end));
        }
        ByteBuffer last = ByteBuffer.allocate(shape.unit);
        PieceCipher cipher = borrow();
        decrypt(cipher, end - shape.unit, last, shape.unit);
        idle.offer(cipher);
        int padding = last.get(shape.unit - 1) & 0xff;
        boolean right = padding >= 1 && padding <= shape.unit;
        for (int i = 1; right && i <= padding; i++) {
            right = (last.get(shape.unit - i) & 0xff) == padding;
        }
        if (!right) {
            throw new CorruptData("the padding at the end of the encrypted stream is wrong: its last bytes are damaged"
                    + " or missing, or the passphrase or the cipher is not the one it was made with",
                    Place.of(payload.stream().name(), Payload.HEADER + end - shape.unit, Payload.HEADER + end));
        }
        return end - padding;
    }
}
