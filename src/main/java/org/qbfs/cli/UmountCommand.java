// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.qbfs.fuse.Unmount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qbfs umount}. */
@Command(name = "umount", description = "End a mount, also one whose process was killed.")
final class UmountCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "where a backup is mounted")
    private Path mountPoint;

    @Override
    public Integer call() throws IOException {
        Path path = MountPoint.absolute(mountPoint);
        String kind = MountPoint.fileSystemAt(path)
                .orElseThrow(() -> new IOException(mountPoint + ": nothing is mounted there"));
        if (!kind.equals("fuse.qbfs")) {
            throw new IOException(mountPoint + ": no mount of qbfs, but of " + kind);
        }
        Unmount.of(path, false);
        return ExitCode.OK.number();
    }
}
