// SPDX-License-Identifier: Apache-2.0
package org.qbfs.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * An append-only file of records, each encrypted and authenticated by AES-256-GCM. It is a cache: what cannot be
 * read is as if it had never been written.
 *
 * <table>
 * <caption>Layout; numbers are big-endian</caption>
 * <tr><th>length<th>what
 * <tr><td>8<td>"QBFSIDX" and the format version, 2
 * <tr><td>32<td>salt: the file's key is HMAC-SHA-256 of it under the caller's key
 * <tr><td>4 + 12 + n + 16<td>for each record: n + 16, a random nonce, the sealed bytes and their tag; the
 *     record's number is authenticated with it, so that none can be moved or left out before the end
 * </table>
 *
 * <p>The first record is the binding: what the caller wants the file to be about. A file of another version,
 * key or binding is replaced by an empty one, which takes its name only when it is complete. A process that is
 * killed while it appends leaves a last record that does not open; the next one cuts it off. An append-only file was chosen
 * over an embedded store because it is whole after every byte, needs no recovery, and its one access pattern is
 * "read all at the start, add at the end".
 *
 * <p>Safe for many threads. Of several processes the first writes; the others read what was there when they came.
 */
public final class IndexFile implements Closeable {
    private static final byte[] MAGIC = {'Q', 'B', 'F', 'S', 'I', 'D', 'X', 3};
    private static final int SALT_LENGTH = 32;
    private static final int HEADER_LENGTH = MAGIC.length + SALT_LENGTH;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_LENGTH = 16;
    private static final int RECORD_OVERHEAD = Integer.BYTES + NONCE_LENGTH + TAG_LENGTH;
    private static final int MOST_RECORD_BYTES = 64 << 20;
    /** Names of files that are not complete yet. */
    private static final String PREFIX = ".index";
    private static final String SUFFIX = ".new";
    /** Beginning an index takes milliseconds. */
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FileChannel channel;
    /** Held while this process may write; nothing when another one does. */
    private final Optional<FileLock> lock;
    private final SecretKeySpec key;
    /** Guards the two fields below and the end of the file; held for one small write. */
    private final ReentrantLock appending = new ReentrantLock();
    private long records;
    private long end;

    /** Takes the records of a file, in the order in which they were written. */
    public interface Reader {
        /** One record. */
        void record(ByteBuffer bytes) throws IOException;
    }

    /**
     * Opens the index {@code path}, or begins an empty one where there is none that fits, and reads it.
     *
     * @param key 32 bytes; copied
     * @param binding what the file must be about
     * @param reader gets every record but the binding; an exception of its ends the reading, and what comes
     *     behind that record is dropped
     * @throws IOException if there can be no index there: no place, no permission
     */
    public static IndexFile open(Path path, byte[] key, byte[] binding, Reader reader) throws IOException {
        Optional<IndexFile> existing = existing(path, key, binding);
        IndexFile index = existing.isPresent() ? existing.get() : create(path, key, binding);
        try {
            index.readAll(reader);
            return index;
        } catch (IOException | RuntimeException e) {
            index.close();
            throw e;
        }
    }

    private static Optional<IndexFile> existing(Path path, byte[] key, byte[] binding) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH);
            if (readFully(channel, header, 0) && Arrays.equals(header.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                byte[] salt = Arrays.copyOfRange(header.array(), MAGIC.length, HEADER_LENGTH);
                IndexFile index = new IndexFile(path, channel, tryLock(channel), fileKey(key, salt));
                Optional<byte[]> first = index.next();
                if (first.isPresent() && Arrays.equals(first.get(), binding)) {
                    return Optional.of(index);
                }
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    private static IndexFile create(Path path, byte[] key, byte[] binding) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        removeAbandoned(directory);
        Path temporary = Files.createTempFile(directory, PREFIX, SUFFIX,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileChannel channel = FileChannel.open(temporary,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            byte[] salt = new byte[SALT_LENGTH];
            RANDOM.nextBytes(salt);
            ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).put(MAGIC).put(salt).flip();
            while (header.hasRemaining()) {
                channel.write(header);
            }
            IndexFile index = new IndexFile(path, channel, tryLock(channel), fileKey(key, salt));
            index.append(binding);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return index;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** A process that was killed while it began an index leaves a file of some bytes, with nothing in it yet. */
    private static void removeAbandoned(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                FileTime modified = Files.getLastModifiedTime(file);
                if (modified.toInstant().isBefore(Instant.now().minus(ABANDONED))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            // Another process has just given its index the real name.
            return;
        }
    }

    private IndexFile(Path path, FileChannel channel, Optional<FileLock> lock, SecretKeySpec key) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
        this.key = key;
        this.end = HEADER_LENGTH;
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            // Open a second time in this process.
            return Optional.empty();
        }
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /** How many bytes it has. */
    public long size() {
        appending.lock();
        try {
            return end;
        } finally {
            appending.unlock();
        }
    }

    /** Whether this process may append; what others append is dropped. */
    public boolean isWritable() {
        return lock.isPresent();
    }

    /** Appends a record; it is there for the next one who opens the file. Does nothing if another process writes. */
    public void append(byte[] record) throws IOException {
        if (!isWritable()) {
            return;
        }
        if (record.length > MOST_RECORD_BYTES) {
            throw new IllegalArgumentException("a record of " + record.length + " bytes");
        }
        byte[] nonce = new byte[NONCE_LENGTH];
        RANDOM.nextBytes(nonce);
        appending.lock();
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, records).doFinal(record);
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + NONCE_LENGTH + sealed.length)
                    .putInt(sealed.length).put(nonce).put(sealed).flip();
            for (long at = end; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
            end += RECORD_OVERHEAD + record.length;
            records++;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        } finally {
            appending.unlock();
        }
    }

    private void readAll(Reader reader) throws IOException {
        for (Optional<byte[]> record = next(); record.isPresent(); record = next()) {
            reader.record(ByteBuffer.wrap(record.get()));
        }
        if (isWritable() && channel.size() > end) {
            channel.truncate(end);
        }
    }

    /** The record at {@link #end}, which moves behind it; nothing if none opens there. */
    private Optional<byte[]> next() throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Integer.BYTES + NONCE_LENGTH);
        if (!readFully(channel, head, end)) {
            return Optional.empty();
        }
        int length = head.getInt(0);
        if (length < TAG_LENGTH || length > MOST_RECORD_BYTES + TAG_LENGTH || length > channel.size() - end) {
            return Optional.empty();
        }
        ByteBuffer sealed = ByteBuffer.allocate(length);
        if (!readFully(channel, sealed, end + head.capacity())) {
            return Optional.empty();
        }
        try {
            byte[] nonce = Arrays.copyOfRange(head.array(), Integer.BYTES, head.capacity());
            byte[] record = cipher(Cipher.DECRYPT_MODE, nonce, records).doFinal(sealed.array());
            end += head.capacity() + length;
            records++;
            return Optional.of(record);
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static boolean readFully(FileChannel channel, ByteBuffer dst, long position) throws IOException {
        while (dst.hasRemaining()) {
            if (channel.read(dst, position + dst.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private Cipher cipher(int mode, byte[] nonce, long number) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG_LENGTH, nonce));
        cipher.updateAAD(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        return cipher;
    }

    private static SecretKeySpec fileKey(byte[] key, byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal(salt), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
