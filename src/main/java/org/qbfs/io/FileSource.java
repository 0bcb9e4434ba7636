// SPDX-License-Identifier: Apache-2.0
package org.qbfs.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;

/**
 * A file on disk, of the size that it had when it was opened. Owns its descriptor. That the file changes meanwhile is
 * noticed within a second of reading, and told.
 *
 * <p>A thread that is interrupted inside {@link #read} closes the file for all threads, as
 * {@link FileChannel} does: work that reads is cancelled by a flag, never by an interrupt.
 */
public final class FileSource implements ByteSource {
    private final Path file;
    private final String name;
    private final FileChannel channel;
    private final long size;
    private final FileWatch watch;

    /** Opens {@code file} for reading. */
    public static FileSource open(Path file) throws IOException {
        return open(file, change -> {});
    }

    /**
     * Opens {@code file} for reading.
     *
     * @param listener is told, in a line for a log, what happens to the file while it is open: each kind of change once;
     *     by any thread
     */
    public static FileSource open(Path file, Consumer<String> listener) throws IOException {
        // The process may change its directory.
        Path absolute = file.toAbsolutePath();
        // Before opening: whatever takes its name meanwhile is another file, which is told.
        BasicFileAttributes opened = Files.readAttributes(absolute, BasicFileAttributes.class);
        FileChannel channel = FileChannel.open(absolute, StandardOpenOption.READ);
        try {
            return new FileSource(absolute, channel, new FileWatch(absolute, channel, opened, listener));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private FileSource(Path file, FileChannel channel, FileWatch watch) throws IOException {
        this.file = file;
        this.name = file.getFileName().toString();
        this.channel = channel;
        this.size = channel.size();
        this.watch = watch;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int length = Clamp.length(position, dst.remaining(), size);
        watch.look();
        return length == 0 ? 0 : Clamp.limited(dst, length, part -> readFully(position, part));
    }

    private int readFully(long position, ByteBuffer dst) throws IOException {
        int start = dst.position();
        while (dst.hasRemaining()) {
            long at = position + dst.position() - start;
            if (read(dst, at) < 0) {
                watch.lookNow();
                throw new TruncatedData("the file has become shorter since it was opened (" + size + " bytes then)",
                        Place.of(name, at, at + dst.remaining()));
            }
        }
        return dst.position() - start;
    }

    private int read(ByteBuffer dst, long at) throws IOException {
        try {
            return channel.read(dst, at);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new CorruptData("the medium cannot be read: " + e.getMessage(), Place.of(name, at, at + dst.remaining()), e);
        }
    }

    @Override
    public void dropCached(long position, long length) {
        // Whoever asks for this met bytes that are not as they should be.
        watch.lookNow();
        PageCache.drop(file, position, length);
    }

    /** Looks now whether the file has changed, and tells. */
    public void lookForChange() {
        watch.lookNow();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
