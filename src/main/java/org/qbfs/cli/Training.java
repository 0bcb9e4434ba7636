// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Does once what the program is used for, on a small backup, so that Java can keep what it learns of that: which classes
 * are needed, and what its compiler should know of the methods that take the time (JEP 483, JEP 515). Run by the launcher
 * when it makes its cache. What cannot be done, such as a mount without FUSE, is left out.
 */
final class Training {
    private static final long MOST_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 10;
    /** Leaves nothing behind in the home directory of whoever starts this. */
    private static final String NO_INDEX = "--no-index";

    private final String backup;
    private final Path directory;

    private Training(String backup, Path directory) {
        this.backup = backup;
        this.directory = directory;
    }

    /** Uses the backup that is the first argument, and for what is written the empty directory that is the second. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new Training(arguments[0], Path.of(arguments[1])).run();
    }

    private void run() throws IOException, InterruptedException {
        Main.run("--help");
        Main.run("info", NO_INDEX, backup);
        Main.run("ls", "-lR", "--index-dir", directory.resolve("index").toString(), backup);
        Main.run("verify", backup);
        Main.run("cat", NO_INDEX, backup, "work/private.img");
        Main.run("extract", NO_INDEX, "--all", "-C", directory.resolve("out").toString(), backup);
        mount(Files.createDirectory(directory.resolve("mount")));
    }

    private void mount(Path mountPoint) throws IOException, InterruptedException {
        Thread mount = Thread.ofPlatform().daemon().start(() -> Main.run("mount", "-f", NO_INDEX, backup, mountPoint.toString()));
        Path sign = mountPoint.resolve("backup-header");
        for (long waited = 0; mount.isAlive() && !Files.exists(sign) && waited < MOST_MILLIS; waited += PAUSE_MILLIS) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        if (Files.exists(sign)) {
            for (Path file : files(mountPoint)) {
                Files.readAllBytes(file);
            }
            Main.run("umount", mountPoint.toString());
            mount.join(MOST_MILLIS);
        }
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
