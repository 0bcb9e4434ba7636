// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The file system that a directory lies in.
 *
 * @param device its number, which tells it from others that are mounted
 * @param type its magic number (statfs(2))
 */
record FileSystem(long device, long type) {
    /**
     * Those whose data syncfs(2) is known to bring to the medium: ext2 to ext4, XFS, Btrfs, F2FS, vfat, exFAT, tmpfs. Over a network,
     * or behind FUSE, only the call for each file promises that.
     */
    private static final Set<Long> LOCAL = Set.of(0xef53L, 0x58465342L, 0x9123683eL, 0xf2f52010L, 0x4d44L, 0x2011bab0L, 0x01021994L);
    /**
     * Those that take direct writes as they are: ext2 to ext4, XFS. Others turn them into what costs more (vfat, networks), or leave
     * them uncompressed (Btrfs).
     */
    private static final Set<Long> DIRECT = Set.of(0xef53L, 0x58465342L);
    /** From Linux 5.8 on, syncfs(2) gives the errors of what was written since the descriptor was opened. */
    private static final boolean TELLS_ERRORS = isSince(5, 8);

    /** Whether one syncfs(2) stands for an fsync(2) of each file. */
    boolean syncsAsAWhole() {
        return TELLS_ERRORS && LOCAL.contains(type);
    }

    /** Whether large pieces are better written past the page cache. */
    boolean takesDirectWrites() {
        return DIRECT.contains(type);
    }

    private static boolean isSince(int major, int minor) {
        try {
            return isSince(Files.readString(Path.of("/proc/sys/kernel/osrelease")), major, minor);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether {@code release}, such as {@code 6.12.48-1.qubes}, is {@code major.minor} or later; no if it cannot be told. */
    static boolean isSince(String release, int major, int minor) {
        String[] parts = release.split("[^0-9]", 3);
        if (parts.length < 2 || !parts[0].matches("\\d{1,4}") || !parts[1].matches("\\d{1,4}")) {
            return false;
        }
        int own = Integer.parseInt(parts[0]);
        return own > major || own == major && Integer.parseInt(parts[1]) >= minor;
    }
}
