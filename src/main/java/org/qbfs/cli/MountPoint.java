// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Checks of a mount point before anything is mounted on it. */
final class MountPoint {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path DEVICE = Path.of("/dev/fuse");

    private MountPoint() {}

    /**
     * The path to mount at.
     *
     * @throws IOException with the reason if nothing can be mounted there
     */
    static Path check(Path given, Path backup, List<String> options) throws IOException {
        Path path = absolute(given);
        if (fileSystemAt(path).isPresent()) {
            throw new IOException(given + ": something is mounted there already (qbfs umount ends a mount of qbfs)");
        }
        if (!Files.exists(path)) {
            throw new IOException(given + ": no such directory; make it first: mkdir " + given);
        }
        if (!Files.isDirectory(path)) {
            throw new IOException(given + ": the mount point is no directory");
        }
        if (backup.toRealPath().startsWith(path.toRealPath())) {
            throw new IOException(given + ": the backup lies under the mount point, which would hide it");
        }
        if (!options.contains("nonempty") && !isEmpty(path)) {
            throw new IOException(given + ": the mount point is not empty (-o nonempty mounts over what is there)");
        }
        return path;
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    /** Checks that this machine can mount at all. */
    static void checkMachine() throws IOException {
        if (!Files.exists(DEVICE)) {
            throw new IOException("/dev/fuse is not there: the kernel has no FUSE, or this is a container without it"
                    + " (as root: modprobe fuse)");
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            throw new IOException("/dev/fuse: permission denied (as root, and as most distributions have it:"
                    + " chmod 666 /dev/fuse)");
        }
        boolean found = false;
        for (String directory : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
            found |= Files.isExecutable(Path.of(directory.isEmpty() ? "." : directory, "fusermount"));
        }
        if (!found) {
            throw new IOException("fusermount is not installed (as root: apt-get install fuse3)");
        }
    }

    /** {@code path} without links, also where it is a mount whose daemon has died. */
    static Path absolute(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (fileSystemAt(absolute).isPresent()) {
            return absolute;
        }
        Path name = absolute.getFileName();
        Path parent = absolute.getParent();
        if (name == null || parent == null || !Files.exists(parent)) {
            return absolute;
        }
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        return Files.isSymbolicLink(absolute)
                ? absolute.toRealPath(LinkOption.NOFOLLOW_LINKS)
                : parent.toRealPath().resolve(name);
    }

    /** The kind of file system that is mounted at {@code path}: {@code fuse.qbfs} for one of ours. */
    static Optional<String> fileSystemAt(Path path) throws IOException {
        Optional<String> kind = Optional.empty();
        for (String line : Files.readAllLines(MOUNTS)) {
            String[] fields = line.split(" ");
            int separator = List.of(fields).indexOf("-");
            if (separator > 4 && separator + 1 < fields.length && unescape(fields[4]).equals(path.toString())) {
                kind = Optional.of(fields[separator + 1]);
            }
        }
        return kind;
    }

    /** Spaces and the like are written in octal (proc(5)). */
    private static String unescape(String field) {
        return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }
}
