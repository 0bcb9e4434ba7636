// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.qbfs.backup.Passphrase;
import org.qbfs.fuse.Mount;
import org.qbfs.scrypt.ProcessSecrets;
import org.qbfs.tree.BackupTree;
import org.qbfs.volume.Ahead;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.Learner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Parameters;

/** {@code qbfs mount}. */
@Command(name = "mount", description = "Show a backup as a read-only directory tree.",
        footer = {"", "Returns once the tree can be used, and goes on in the background. To end it: qbfs umount MOUNTPOINT"})
final class MountCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "an empty directory")
    private Path mountPoint;

    @Option(names = "-f", description = "stay in the foreground")
    private boolean foreground;

    @Option(names = "-o", paramLabel = "OPTION", split = ",", description = "FUSE options, such as allow_other")
    private List<String> fuseOptions = List.of();

    @Option(names = "--no-background", description = "learn only what is needed for what is read")
    private boolean noBackground;

    @Option(names = "--salvage", description = "show what lies behind lost chunks of gzip streams where its place can be inferred")
    private boolean salvage;

    @Option(names = "--daemon", hidden = true, paramLabel = "LOG", description = "be the process in the background")
    private Path daemonLog;

    @Override
    public Integer call() throws IOException {
        options.salvage(salvage);
        if (daemonLog != null) {
            return beDaemon();
        }
        options.requireBackup();
        MountPoint.checkMachine();
        Path path = MountPoint.check(mountPoint, options.backup(), fuseOptions);
        if (foreground) {
            main.logToStandardError();
            return serve(options.open(ahead()), path, () -> {});
        }
        return startDaemon(path);
    }

    private int startDaemon(Path path) throws IOException {
        try (Passphrase passphrase = options.passphrase()) {
            Path log = Log.create(path);
            List<String> arguments = new ArrayList<>(main.arguments());
            // A relative path means the same in the daemon, which stays in this directory until it is ready.
            arguments.addAll(List.of("--daemon", log.toString()));
            int code = Daemon.start(arguments, passphrase);
            if (code == ExitCode.OK.number()) {
                System.out.println("Mounted at " + path + "; log: " + log);
            }
            return code;
        }
    }

    private int beDaemon() throws IOException {
        Daemon.detach();
        ProcessSecrets.disableCoreDumps();
        Log.toFile(daemonLog, main.verbose());
        byte[] secret = System.in.readAllBytes();
        return serve(options.open(new Passphrase(secret), ahead()), MountPoint.absolute(mountPoint), () -> Daemon.ready(daemonLog));
    }

    private Ahead ahead() {
        return noBackground ? Ahead.NOTHING : Learner.ahead();
    }

    private int serve(BackupFile opened, Path path, Runnable ready) throws IOException {
        try (BackupFile backup = opened) {
            Learner learner = new Learner(backup, true, (done, what) -> {});
            Thread background = Thread.ofPlatform().daemon().name("qbfs-learner").unstarted(learner::run);
            try {
                Mount.serve(BackupTree.of(backup), backup.path(), path, fuseOptions, () -> {
                    ready.run();
                    if (!noBackground) {
                        background.start();
                    }
                });
            } finally {
                learner.stop();
            }
            return ExitCode.OK.number();
        }
    }
}
