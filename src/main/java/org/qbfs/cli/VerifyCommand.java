// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.qbfs.extract.FirstChunks;
import org.qbfs.verify.Finding;
import org.qbfs.verify.Report;
import org.qbfs.verify.Verification;
import org.qbfs.volume.Ahead;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs verify}. */
@Command(name = "verify", description = "Read all of a backup, or some VMs, and tell what is damaged and what is lost by it.")
final class VerifyCommand implements Callable<Integer> {
    private static final long PROGRESS_MILLIS = 200;

    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "VM", description = "only these VMs")
    private List<String> vms = List.of();

    @Option(names = "--json", description = "as JSON")
    private boolean json;

    @Option(names = "--progress", negatable = true, description = "say how far it is (default), or not")
    private Boolean progress;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        try (BackupFile backup = options.openAnew(vms.isEmpty() ? FirstChunks.guessAll() : Ahead.NOTHING)) {
            Verification verification = Verification.of(backup, vms, options.threads());
            ReportPrinter printer = new ReportPrinter(System.out, backup.path(), json);
            Progress shown = Progress.start(System.err, Progress.Style.of(progress), "checked");
            shown.total(verification.totalBytes());
            AtomicBoolean printed = new AtomicBoolean();
            Thread hook = new Thread(() -> {
                shown.close();
                if (printed.compareAndSet(false, true)) {
                    printer.print(verification.report(), true);
                }
                verification.stop();
            });
            Runtime.getRuntime().addShutdownHook(hook);
            try (shown; ScheduledExecutorService ticker = ticker(verification, shown)) {
                verification.run();
                ticker.shutdownNow();
            } catch (IOException | RuntimeException e) {
                if (printed.compareAndSet(false, true)) {
                    printer.print(verification.report(), true);
                }
                throw e;
            } finally {
                Interruption.remove(hook);
            }
            Report report = verification.report();
            if (printed.compareAndSet(false, true)) {
                printer.print(report, false);
            }
            return code(report).number();
        }
    }

    private static ScheduledExecutorService ticker(Verification verification, Progress shown) {
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("qbfs-verified").factory());
        ticker.scheduleAtFixedRate(() -> shown.done(verification.doneBytes()), PROGRESS_MILLIS, PROGRESS_MILLIS,
                TimeUnit.MILLISECONDS);
        return ticker;
    }

    /** What can only be read the second time is a warning that a script should not miss. */
    private static ExitCode code(Report report) {
        if (report.has(Finding.Kind.DAMAGE) || report.has(Finding.Kind.UNSTABLE)) {
            return ExitCode.DAMAGE;
        }
        return report.complete() && !report.has(Finding.Kind.UNCHECKED) ? ExitCode.OK : ExitCode.FAILURE;
    }
}
