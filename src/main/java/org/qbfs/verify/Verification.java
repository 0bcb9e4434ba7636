// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.backup.Problem;
import org.qbfs.error.Place;
import org.qbfs.inventory.Vm;
import org.qbfs.tree.VmPaths;
import org.qbfs.volume.BackupFile;

/**
 * Reads a backup, or some of its VMs, from end to end: every chunk's MAC, all numbers, each stream to the
 * compressor's checksum, each inner tar to its end, and whether every VM that is promised is there. Damage does not end
 * it. Several threads authenticate while others decode. Run once; {@link #report} may be asked at any time.
 */
public final class Verification {
    /** Key derivations are asked for so many chunks ahead for each thread. */
    private static final int AHEAD = 4;

    private final BackupFile backup;
    private final int threads;
    /** The VMs that were asked for; none for all. */
    private final Set<String> selected;
    private final List<FileCheck> files = new ArrayList<>();
    private final Set<String> leftOut = new TreeSet<>();
    private final Set<String> known = new HashSet<>();
    private final ChunkOrder order;
    private volatile boolean stopped;
    private volatile boolean finished;

    /**
     * A verification of {@code backup}, which stays the caller's.
     *
     * @param vms the VMs' directories in the tree; none for all
     * @param threads how many chunks are authenticated at once, and how many files decoded
     * @throws java.io.FileNotFoundException if there is no such VM
     */
    public static Verification of(BackupFile backup, List<String> vms, int threads) throws IOException {
        Map<String, Map<String, FileGroup>> paths = VmPaths.of(backup);
        Set<String> unknown = new TreeSet<>(vms);
        unknown.removeAll(paths.keySet());
        VmPaths.missing(backup).forEach(vm -> unknown.remove(vm.name()));
        if (!unknown.isEmpty()) {
            throw new java.io.FileNotFoundException(unknown.iterator().next() + ": no such VM in the backup");
        }
        return new Verification(backup, paths, new HashSet<>(vms), threads);
    }

    private Verification(BackupFile backup, Map<String, Map<String, FileGroup>> paths, Set<String> vms, int threads) {
        this.backup = backup;
        this.threads = threads;
        this.selected = vms;
        Map<String, FileCheck> byPath = new LinkedHashMap<>();
        paths.forEach((vm, groups) -> groups.forEach((below, group) -> {
            known.add(group.path());
            if (vms.isEmpty() || vms.contains(vm)) {
                byPath.put(group.path(), new FileCheck(backup, group, vm, below.isEmpty() ? "." : below));
            } else {
                leftOut.add(vm);
            }
        }));
        // In the order of the backup file, which the medium reads best.
        for (FileGroup group : backup.catalog().groups()) {
            FileCheck check = byPath.get(group.path());
            if (check != null) {
                files.add(check);
            } else if (group.path().equals(BackupFile.INVENTORY) || vms.isEmpty() && !known.contains(group.path())) {
                // The list of VMs, and what has a path that the tree does not show.
                known.add(group.path());
                files.add(new FileCheck(backup, group, "", group.path()));
            }
        }
        this.order = new ChunkOrder(List.copyOf(files), AHEAD * threads);
    }

    /** Bytes of the backup file that are to be read. */
    public long totalBytes() {
        return files.stream().mapToLong(file -> file.group().storedSize()).sum();
    }

    /** How many of them are done: authenticating is one half of the work, decoding the other. */
    public long doneBytes() {
        double done = 0;
        for (FileCheck file : files) {
            done += (file.authenticatedBytes() + file.decodedPart() * file.group().storedSize()) / 2;
        }
        return (long) done;
    }

    /** Reads all; ends early after {@link #stop}. Errors that are none of the backup are thrown. */
    public void run() throws IOException {
        // Not closed in the end: after a stop, what is under way may take long, and nobody waits for it.
        ExecutorService workers = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("qbfs-verify-", 0).factory());
        List<Future<?>> all = new ArrayList<>();
        FileQueue queue = new FileQueue(files);
        for (int i = 0; i < threads; i++) {
            all.add(workers.submit(() -> work(this::checkChunks)));
            all.add(workers.submit(() -> work(() -> decode(queue))));
        }
        workers.shutdown();
        await(all);
        finished = !stopped;
    }

    /** A part of the work, which all others wait for. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private Void work(Work work) throws IOException, InterruptedException {
        boolean done = false;
        try {
            work.run();
            done = true;
            return null;
        } finally {
            if (!done) {
                stop();
            }
        }
    }

    private void decode(FileQueue queue) throws IOException {
        for (Optional<FileCheck> file = queue.next(); file.isPresent() && !stopped; file = queue.next()) {
            file.get().decode(() -> stopped, order::progress);
            order.progress();
        }
    }

    private void checkChunks() throws IOException, InterruptedException {
        for (ChunkOrder.Task task = order.take(); task != null; task = order.take()) {
            order.upcoming().forEach(backup::prepare);
            task.file().checkChunk(task.chunk());
        }
    }

    private void await(List<Future<?>> all) throws IOException {
        for (Future<?> task : all) {
            try {
                task.get();
            } catch (ExecutionException e) {
                stop();
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                stop();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** Has {@link #run} end soon. By any thread. */
    public void stop() {
        stopped = true;
        order.stop();
    }

    /** What was found up to now. */
    public Report report() {
        List<FileState> states = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (FileCheck file : files) {
            states.add(file.state());
            findings.addAll(file.findings());
        }
        List<Finding> all = new ArrayList<>(problems(findings));
        states.replaceAll(state -> all.stream().anyMatch(finding -> finding.isOf(state)) ? state.damaged() : state);
        all.addAll(findings);
        for (Vm vm : VmPaths.missing(backup)) {
            if (selected.isEmpty() || selected.contains(vm.name())) {
                all.add(new Finding(Finding.Kind.DAMAGE, vm.name(), "", "", Optional.empty(), Optional.empty(),
                        "qubes.xml says that the backup holds this VM, and nothing of it is there"));
            }
        }
        boolean complete = finished && files.stream().allMatch(FileCheck::isComplete);
        return new Report(states, all, List.copyOf(leftOut),
                files.stream().mapToLong(FileCheck::authenticatedBytes).sum(), complete);
    }

    /** What the outer file showed, and what {@code findings} do not tell already. */
    private List<Finding> problems(List<Finding> findings) {
        Set<String> told = new HashSet<>();
        for (Finding finding : findings) {
            told.add(finding.chunk());
            if (finding.vm().isEmpty()) {
                told.add(finding.file());
            }
        }
        List<Finding> more = new ArrayList<>();
        for (Problem problem : backup.problems()) {
            List<Place.Range> ranges = problem.place().ranges();
            String source = ranges.isEmpty() ? "" : ranges.getFirst().source();
            String chunk = source.startsWith("chunk ") ? source.substring("chunk ".length()) : Loss.withoutSuffix(source);
            // A second copy is told of besides.
            boolean seenInside = problem.what().startsWith("cut off") || problem.what().startsWith("missing")
                    || chunk.equals(BackupFile.INVENTORY);
            if (seenInside && told.contains(chunk)) {
                continue;
            }
            Optional<FileGroup> group = groupOf(chunk);
            Optional<FileCheck> check = group.flatMap(
                    found -> files.stream().filter(file -> file.group().path().equals(found.path())).findFirst());
            if (group.isPresent() && check.isEmpty()) {
                continue;
            }
            more.add(new Finding(Finding.Kind.DAMAGE, check.map(FileCheck::vm).orElse(""),
                    check.map(file -> file.state().file()).orElse(""), group.isPresent() ? chunk : "", range(ranges),
                    Optional.empty(), (group.isPresent() || chunk.equals(backup.path().getFileName().toString()) ? "" : chunk + ": ")
                            + problem.what()));
        }
        return more;
    }

    private Optional<Finding.Range> range(List<Place.Range> ranges) {
        return ranges.stream()
                .filter(range -> range.start() >= 0 && range.source().equals(backup.path().getFileName().toString()))
                .findFirst().map(range -> new Finding.Range(range.start(), range.end()));
    }

    /** The file group that a member called {@code name} belongs to, a chunk or its MAC. */
    private Optional<FileGroup> groupOf(String name) {
        Catalog catalog = backup.catalog();
        int dot = name.lastIndexOf('.');
        Optional<FileGroup> own = dot < 1 ? Optional.empty() : catalog.group(name.substring(0, dot));
        return own.isPresent() || !name.endsWith(".hmac") ? own : groupOf(name.substring(0, name.length() - ".hmac".length()));
    }

    /** Gives out files in their order. Safe for many threads. */
    private static final class FileQueue {
        private final List<FileCheck> files;
        /** Guarded by this. */
        private int next;

        FileQueue(List<FileCheck> files) {
            this.files = files;
        }

        synchronized Optional<FileCheck> next() {
            return next < files.size() ? Optional.of(files.get(next++)) : Optional.empty();
        }
    }
}
