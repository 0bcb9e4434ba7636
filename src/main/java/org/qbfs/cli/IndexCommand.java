// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.Learner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs index}. Interrupting it loses nothing: what was learned is in the index already. */
@Command(name = "index", description = "Learn all about a backup now, so that later mounts are instant.",
        footer = {"", "It can be interrupted; the next run goes on from there."})
final class IndexCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Option(names = "--progress", negatable = true, description = "say how far it is, or do not")
    private Boolean progress;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        if (options.keepsNoIndex()) {
            throw new UsageError("--no-index: there would be nothing to learn for");
        }
        try (BackupFile backup = options.open(Learner.ahead())) {
            learn(backup);
            if (backup.indexSize() == 0) {
                throw new IOException("the index could not be written");
            }
            System.out.println("Index: " + Size.show(backup.indexSize()) + " for a backup of "
                    + Size.show(Files.size(backup.path())));
            return (backup.problems().isEmpty() ? ExitCode.OK : ExitCode.DAMAGE).number();
        }
    }

    private void learn(BackupFile backup) {
        try (Progress shown = Progress.start(System.err, Progress.Style.of(progress), "learned")) {
            Learner learner = new Learner(backup, false, new Learner.Progress() {
                private long last;

                @Override
                public void at(long done, String what) {
                    shown.add(done - last);
                    last = done;
                    shown.what(what);
                }
            });
            shown.total(learner.total());
            learner.run();
        }
    }
}
