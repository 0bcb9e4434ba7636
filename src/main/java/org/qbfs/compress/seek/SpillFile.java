// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Decoded blocks on disk, for formats that can only be decoded from the start (xz of one block, lzma): what was decoded
 * once need not be decoded again. Each block is sealed with AES-256-GCM under a key that is made at the start and never
 * leaves memory; the nonce is the number of the block in the file, which is written once.
 *
 * <p>The file is made when it is first needed, readable by its owner only, and unlinked at once, so that nothing stays
 * behind however the process ends. When it is full, or the disk is, blocks are decoded again instead: nothing
 * fails. Safe for many threads.
 */
public final class SpillFile implements Closeable {
    private static final int TAG_BYTES = 16;
    /** So much is left free on the disk. */
    private static final long RESERVE = 256L << 20;
    /** How often the free space is asked for, in bytes written. */
    private static final long ASK_EVERY = 16L << 20;

    private final Path directory;
    private final long maxBytes;
    private final byte[] key = new byte[32];

    /** Guards all that follows; not held while a block is sealed, written or read. */
    private final Object lock = new Object();
    private final Map<Object, Place> places = new HashMap<>();
    private FileChannel file;
    private long size;
    private long blocks;
    private long askedAt = -ASK_EVERY;
    private boolean full;

    /** Where a sealed block is. */
    private record Place(long number, long offset, int length) {}

    /**
     * A file of at most {@code maxBytes} in {@code directory}; nothing is written yet.
     *
     * @param maxBytes 0 for none at all
     */
    public SpillFile(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        new SecureRandom().nextBytes(key);
    }

    /** How much it takes on disk, in bytes. */
    public long size() {
        synchronized (lock) {
            return size;
        }
    }

    /** Keeps {@code bytes[0, length)} under {@code name}, unless there is no room. */
    void put(Object name, byte[] bytes, int length) {
        Place place;
        FileChannel to;
        synchronized (lock) {
            if (full || places.containsKey(name) || !hasRoom(length + TAG_BYTES)) {
                return;
            }
            place = new Place(blocks++, size, length + TAG_BYTES);
            size += place.length();
            to = file;
        }
        try {
            ByteBuffer sealed = ByteBuffer.wrap(cipher(Cipher.ENCRYPT_MODE, place.number()).doFinal(bytes, 0, length));
            while (sealed.hasRemaining()) {
                to.write(sealed, place.offset() + sealed.position());
            }
        } catch (IOException | GeneralSecurityException e) {
            synchronized (lock) {
                full = true;
            }
            return;
        }
        synchronized (lock) {
            places.putIfAbsent(name, place);
        }
    }

    /** What was kept under {@code name}; null if nothing was, or if it cannot be read or is not what was written. */
    byte[] get(Object name) {
        Place place;
        FileChannel from;
        synchronized (lock) {
            place = places.get(name);
            from = file;
        }
        if (place == null) {
            return null;
        }
        try {
            ByteBuffer sealed = ByteBuffer.allocate(place.length());
            while (sealed.hasRemaining()) {
                if (from.read(sealed, place.offset() + sealed.position()) < 0) {
                    throw new IOException("the file has become shorter");
                }
            }
            return cipher(Cipher.DECRYPT_MODE, place.number()).doFinal(sealed.array());
        } catch (IOException | GeneralSecurityException e) {
            synchronized (lock) {
                places.remove(name);
            }
            return null;
        }
    }

    /** Gives the disk space back. What is asked for later is not there. */
    @Override
    public void close() throws IOException {
        synchronized (lock) {
            full = true;
            places.clear();
            if (file != null) {
                file.close();
            }
        }
    }

    private boolean hasRoom(int length) {
        if (size + length > maxBytes) {
            full = true;
            return false;
        }
        try {
            if (file == null) {
                file = create();
            }
            if (size - askedAt >= ASK_EVERY) {
                askedAt = size;
                full = Files.getFileStore(directory).getUsableSpace() < RESERVE + ASK_EVERY;
            }
        } catch (IOException e) {
            full = true;
        }
        return !full;
    }

    private FileChannel create() throws IOException {
        Path path = Files.createTempFile(directory, ".qbfs-", ".spill",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
        }
    }

    private Cipher cipher(int mode, long number) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce = ByteBuffer.allocate(12).putLong(number).array();
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
        return cipher;
    }
}
