// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import static org.qbfs.fuse.Errno.EBADF;
import static org.qbfs.fuse.Errno.EINVAL;
import static org.qbfs.fuse.Errno.EIO;
import static org.qbfs.fuse.Errno.EISDIR;
import static org.qbfs.fuse.Errno.ENOENT;
import static org.qbfs.fuse.Errno.ENOTDIR;
import static org.qbfs.fuse.Errno.EROFS;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Pointer;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseBufvec;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * The callbacks of libfuse over a tree. They run on many threads of libfuse at once.
 *
 * <p>Every callback runs inside {@link #guard}: an exception that leaves a callback is lost on the way
 * through jnr-ffi, and libfuse sees 0, that is success or the end of the file.
 */
final class TreeFileSystem extends FuseStubFS {
    private static final Logger LOG = LoggerFactory.getLogger(TreeFileSystem.class);
    private static final int BLOCK = 4096;
    private static final int STAT_BLOCK = 512;
    private static final int LONGEST_NAME = 255;

    private final BackupTree tree;
    private final long backupSize;
    private final Runnable ready;
    private final Owner owner;
    /** Open files by the handle that the kernel was given. */
    private final Map<Long, RegularFile> open = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();
    private final ErrorLog errors = new ErrorLog();
    /** Whether the kernel shows the tree, and nobody has begun to end that. */
    private final AtomicBoolean shown = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);

    /** Who all files belong to: who mounted. */
    record Owner(long uid, long gid) {}

    /** Shows {@code tree}; {@code ready} runs once the kernel has mounted it. */
    TreeFileSystem(BackupTree tree, long backupSize, Owner owner, Runnable ready) {
        this.tree = tree;
        this.backupSize = backupSize;
        this.owner = owner;
        this.ready = ready;
    }

    /** Something that answers a callback: a number that is not negative. */
    interface Operation {
        int run() throws IOException;
    }

    private int guard(String what, String path, Operation operation) {
        return guard(errors, what, path, operation);
    }

    static int guard(ErrorLog errors, String what, String path, Operation operation) {
        try {
            return operation.run();
        } catch (Errno.Failure e) {
            return -e.errno;
        } catch (Throwable e) {
            try {
                errors.log(what, path, e);
            } catch (Throwable unlogged) {
                // With the memory or the stack used up logging may fail too, and must not turn the error into success.
            }
            return -EIO;
        }
    }

    private Node find(String path) throws IOException {
        return tree.find(path).orElseThrow(() -> new Errno.Failure(ENOENT));
    }

    @Override
    public Pointer init(Pointer connection) {
        guard("init", "/", () -> {
            shown.set(true);
            ready.run();
            return 0;
        });
        return connection;
    }

    @Override
    public int getattr(String path, FileStat stat) {
        return guard("getattr", path, () -> {
            Node node = find(path);
            Attributes attributes = node.attributes();
            int type = switch (node) {
                case Directory directory -> FileStat.S_IFDIR;
                case RegularFile file -> FileStat.S_IFREG;
                case SymbolicLink link -> FileStat.S_IFLNK;
            };
            stat.st_ino.set(attributes.inode());
            stat.st_mode.set(type | attributes.permissions());
            stat.st_nlink.set(attributes.links());
            stat.st_uid.set(owner.uid());
            stat.st_gid.set(owner.gid());
            stat.st_size.set(attributes.size());
            stat.st_blksize.set(BLOCK);
            stat.st_blocks.set((attributes.allocated() + STAT_BLOCK - 1) / STAT_BLOCK);
            Instant modified = attributes.modified();
            for (Timespec time : new Timespec[] {stat.st_mtim, stat.st_ctim, stat.st_atim}) {
                time.tv_sec.set(modified.getEpochSecond());
                time.tv_nsec.set(modified.getNano());
            }
            return 0;
        });
    }

    @Override
    public int readlink(String path, Pointer buffer, long size) {
        return guard("readlink", path, () -> {
            if (!(find(path) instanceof SymbolicLink link)) {
                throw new Errno.Failure(EINVAL);
            }
            byte[] target = link.target().getBytes(StandardCharsets.UTF_8);
            int length = (int) Math.min(target.length, size - 1);
            buffer.put(0, target, 0, length);
            buffer.putByte(length, (byte) 0);
            return 0;
        });
    }

    @Override
    public int readdir(String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo info) {
        return guard("readdir", path, () -> {
            if (!(find(path) instanceof Directory directory)) {
                throw new Errno.Failure(ENOTDIR);
            }
            // What lists a directory asks for the attributes next.
            directory.prepare();
            fill(filler, buffer, ".");
            fill(filler, buffer, "..");
            for (String name : directory.names()) {
                fill(filler, buffer, name);
            }
            return 0;
        });
    }

    private static void fill(FuseFillDir filler, Pointer buffer, String name) throws Errno.Failure {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        // The name is handed on as it is, so the NUL that ends it must be there.
        if (filler.apply(buffer, ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1)), null, 0) != 0) {
            throw new Errno.Failure(EIO);
        }
    }

    @Override
    public int open(String path, FuseFileInfo info) {
        return guard("open", path, () -> {
            switch (find(path)) {
                case RegularFile file -> {
                    long handle = lastHandle.incrementAndGet();
                    open.put(handle, file);
                    info.fh.set(handle);
                    return 0;
                }
                case Directory directory -> throw new Errno.Failure(EISDIR);
                case SymbolicLink link -> throw new Errno.Failure(EINVAL);
            }
        });
    }

    @Override
    public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
        return guard("read", path, () -> {
            RegularFile file = open.get(info.fh.longValue());
            if (file == null) {
                throw new Errno.Failure(EBADF);
            }
            return file.contents().read(offset, view(buffer, size));
        });
    }

    /** The {@code size} bytes of libfuse's buffer, to be read into without a copy. */
    @SuppressWarnings("restricted")
    private static ByteBuffer view(Pointer buffer, long size) {
        return MemorySegment.ofAddress(buffer.address()).reinterpret(size).asByteBuffer();
    }

    @Override
    public int release(String path, FuseFileInfo info) {
        return guard("release", path, () -> {
            open.remove(info.fh.longValue());
            return 0;
        });
    }

    @Override
    public int statfs(String path, Statvfs stat) {
        return guard("statfs", path, () -> {
            stat.f_bsize.set(BLOCK);
            stat.f_frsize.set(BLOCK);
            stat.f_blocks.set((backupSize + BLOCK - 1) / BLOCK);
            stat.f_bfree.set(0);
            stat.f_bavail.set(0);
            stat.f_namemax.set(LONGEST_NAME);
            return 0;
        });
    }

    @Override
    public int mknod(String path, long mode, long device) {
        return -EROFS;
    }

    @Override
    public int mkdir(String path, long mode) {
        return -EROFS;
    }

    @Override
    public int unlink(String path) {
        return -EROFS;
    }

    @Override
    public int rmdir(String path) {
        return -EROFS;
    }

    @Override
    public int symlink(String target, String path) {
        return -EROFS;
    }

    @Override
    public int rename(String from, String to) {
        return -EROFS;
    }

    @Override
    public int link(String from, String to) {
        return -EROFS;
    }

    @Override
    public int chmod(String path, long mode) {
        return -EROFS;
    }

    @Override
    public int chown(String path, long uid, long gid) {
        return -EROFS;
    }

    @Override
    public int truncate(String path, long size) {
        return -EROFS;
    }

    @Override
    public int ftruncate(String path, long size, FuseFileInfo info) {
        return -EROFS;
    }

    @Override
    public int create(String path, long mode, FuseFileInfo info) {
        return -EROFS;
    }

    @Override
    public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
        return -EROFS;
    }

    @Override
    public int write_buf(String path, FuseBufvec buffer, long offset, FuseFileInfo info) {
        return -EROFS;
    }

    @Override
    public int utimens(String path, Timespec[] times) {
        return -EROFS;
    }

    @Override
    public int setxattr(String path, String name, Pointer value, long size, int flags) {
        return -EROFS;
    }

    @Override
    public int removexattr(String path, String name) {
        return -EROFS;
    }

    @Override
    public int fallocate(String path, int mode, long offset, long length, FuseFileInfo info) {
        return -EROFS;
    }

    /** Says that the loop of libfuse has ended. */
    void ended() {
        shown.set(false);
        end.countDown();
    }

    /** Told to end: unmounts, and waits for a moment until libfuse has let go. */
    boolean endWithin(long millis) throws InterruptedException {
        if (!shown.compareAndSet(true, false)) {
            return false;
        }
        try {
            Unmount.of(mountPoint, true);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
        return end.await(millis, TimeUnit.MILLISECONDS);
    }

    /** The hook of jnr-fuse for the end of the process; ours does more. */
    @Override
    public void umount() {}

    @Override
    protected String getFSName() {
        return "qbfs";
    }
}
