// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.extract.Extraction;
import org.qbfs.extract.FirstChunks;
import org.qbfs.extract.Plan;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.VmPaths;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs extract}. */
@Command(name = "extract", description = "Copy files, VMs or all of a backup into a directory, with their holes.")
final class ExtractCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "PATH",
            description = "what to copy: a VM, or a file such as work/private.img, which becomes DIR/work/private.img")
    private List<String> paths = List.of();

    @Option(names = {"-C", "--directory"}, required = true, paramLabel = "DIR",
            description = "where to; - writes one file to the standard output")
    private String directory;

    @Option(names = "--all", description = "copy everything")
    private boolean all;

    @Option(names = "--force", description = "replace files that are there already")
    private boolean force;

    @Option(names = "--keep-damaged",
            description = "keep files of which a part is lost; the lost ranges are holes, and listed in FILE.damage.txt")
    private boolean keepDamaged;

    @Option(names = "--salvage", description = "with --keep-damaged: also what lies behind lost chunks of gzip streams, where its place"
            + " can be inferred; listed in FILE.damage.txt")
    private boolean salvage;

    @Option(names = "--progress", negatable = true, description = "say how far it is (default), or not")
    private Boolean progress;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        boolean toStandardOutput = directory.equals(STANDARD_OUTPUT);
        if (all == !paths.isEmpty()) {
            throw new UsageError(all ? "--all and a PATH exclude each other" : "name what to copy, or say --all");
        }
        if (toStandardOutput && (all || paths.size() != 1 || keepDamaged)) {
            throw new UsageError("the standard output takes one file, and no damaged one");
        }
        if (salvage && !keepDamaged) {
            throw new UsageError("--salvage is of use with --keep-damaged only: without it, nothing of a damaged file is kept");
        }
        List<String> wanted = all ? List.of("") : paths;
        if (!toStandardOutput) {
            Extraction.requireUsable(Path.of(directory), wanted);
        }
        options.salvage(salvage);
        options.readForward();
        try (BackupFile backup = options.open(FirstChunks.guess(wanted));
                Progress shown = Progress.start(System.err, Progress.Style.of(progress), "read")) {
            FirstChunks.prepare(backup, wanted);
            Plan plan = Plan.of(BackupTree.of(backup), wanted);
            shown.total(plan.dataBytes());
            return (toStandardOutput ? write(plan, shown) : extract(plan, absent(backup), shown)).number();
        }
    }

    /** What should be there and is not shown, so that a copy of everything is not taken for whole. */
    private List<QbfsException> absent(BackupFile backup) {
        return !all ? List.of() : VmPaths.missing(backup).stream().<QbfsException>map(vm -> new TruncatedData(
                "qubes.xml says that the backup holds this VM, and nothing of it is there", Place.of(vm.name()))).toList();
    }

    private ExitCode extract(Plan plan, List<QbfsException> absent, Progress shown) throws IOException {
        try (Extraction extraction = new Extraction(plan, new Extraction.Settings(force, keepDamaged), watcher(shown))) {
            Thread hook = new Thread(() -> {
                shown.close();
                extraction.end();
            });
            Runtime.getRuntime().addShutdownHook(hook);
            List<Plan.Failure> failures = extraction.run(Path.of(directory));
            Interruption.remove(hook);
            absent.forEach(why -> Messages.print(System.err, why, main.verbose()));
            return Stream.concat(failures.stream().map(Plan.Failure::why), absent.stream()).map(ExitCode::of)
                    .reduce(ExitCode.OK, ExitCode::worse);
        }
    }

    private ExitCode write(Plan plan, Progress shown) throws IOException {
        if (!plan.failures().isEmpty()) {
            throw plan.failures().getFirst().why();
        }
        if (!(plan.items().getLast().node() instanceof RegularFile file)) {
            throw new IOException(paths.getFirst() + ": no file");
        }
        try (Extraction extraction = new Extraction(plan, new Extraction.Settings(false, false), watcher(shown));
                WritableByteChannel out = new FileOutputStream(FileDescriptor.out).getChannel()) {
            shown.total(file.attributes().size());
            shown.what(paths.getFirst());
            extraction.write(file, out);
            return ExitCode.OK;
        }
    }

    private Extraction.Watcher watcher(Progress shown) {
        return new Extraction.Watcher() {
            @Override
            public void begins(String path) {
                shown.what(path);
            }

            @Override
            public void read(long bytes) {
                shown.add(bytes);
            }

            @Override
            public void failed(String path, IOException why) {
                Messages.print(System.err, why, main.verbose());
            }
        };
    }
}
