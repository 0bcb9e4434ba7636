// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.qbfs.tree.BackupTree;
import ru.serce.jnrfuse.FuseException;

/** Shows a tree at a mount point. */
public final class Mount {
    /** How long the end of the process waits for libfuse to let go. */
    private static final long END_MILLIS = 3000;
    /** Contents never change, so the kernel may keep all it learns. */
    private static final String OPTIONS = "ro,nosuid,nodev,default_permissions,subtype=qbfs,use_ino,kernel_cache,"
            + "entry_timeout=86400,attr_timeout=86400,negative_timeout=86400";

    private Mount() {}

    /**
     * Mounts {@code tree} and serves it until it is unmounted or the process is told to end. Errors of
     * libfuse itself go to the standard error.
     *
     * @param backup the backup file, which names the mount
     * @param options options for libfuse, as after {@code -o}
     * @param ready runs once the mount is usable
     * @throws IOException if it cannot be mounted
     */
    public static void serve(BackupTree tree, Path backup, Path mountPoint, List<String> options, Runnable ready)
            throws IOException {
        // Not the owner of /proc/self, which is root once the process may not be dumped.
        UnixSystem self = new UnixSystem();
        TreeFileSystem fileSystem;
        try {
            fileSystem = new TreeFileSystem(tree, Files.size(backup), new TreeFileSystem.Owner(self.getUid(), self.getGid()), ready);
        } catch (UnsatisfiedLinkError e) {
            throw new IOException("libfuse 2 (libfuse.so.2) cannot be loaded", e);
        }
        // The user's options come first, so that none of them can undo ours.
        String all = String.join(",", options) + (options.isEmpty() ? "" : ",") + OPTIONS + ",fsname=" + name(backup);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endOfProcess(fileSystem), "qbfs-end"));
        try {
            fileSystem.mount(mountPoint, true, false, new String[] {"-o", all});
        } catch (FuseException e) {
            throw new IOException("cannot mount at " + mountPoint, e);
        } finally {
            fileSystem.ended();
        }
    }

    /** Told to end by a signal: unmounts, and ends without the error code that the signal would leave. */
    private static void endOfProcess(TreeFileSystem fileSystem) {
        try {
            if (fileSystem.endWithin(END_MILLIS)) {
                Runtime.getRuntime().halt(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The backup's path as an option: libfuse takes a backslash and a comma only behind a backslash. */
    private static String name(Path backup) {
        return backup.toAbsolutePath().toString().replace("\\", "\\\\").replace(",", "\\,");
    }
}
