// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qbfs.error.QbfsException;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;

/**
 * Writes a plan into a directory. Each file has its name only when it is whole and the medium has it, which small ones wait
 * for together; what has no name yet when the process ends is removed by {@link #end}. Run once, by one thread.
 */
public final class Extraction implements AutoCloseable {
    private static final int OWNER_WRITE = 0200;
    private static final int REPORT_MODE = 0600;
    private static final String REPORT = ".damage.txt";

    private final Plan plan;
    private final Settings settings;
    private final Watcher watcher;
    private final Temporaries temporaries = new Temporaries();
    private final WritePipe pipe = new WritePipe();
    private final Publication publication;
    private final List<Plan.Failure> failures = new ArrayList<>();
    private final Set<List<String>> made = new HashSet<>();
    private Optional<OpenDirectory> current = Optional.empty();

    /**
     * How to extract.
     *
     * @param replace replace files that are there
     * @param keepDamaged write files of which a part is lost, and a list of these parts beside each
     */
    public record Settings(boolean replace, boolean keepDamaged) {}

    /** Is told how far the work is. Called by the thread that runs it. */
    public interface Watcher {
        /** The file {@code path} is next. */
        void begins(String path);

        /** So many more bytes of data were read. */
        void read(long bytes);

        /** {@code path} is not there now, or not all of it. */
        void failed(String path, IOException why);
    }

    /** A directory below the target that stays open while files of it are written. */
    private record OpenDirectory(List<String> path, TargetDirectory directory) {}

    /** An extraction of {@code plan}. */
    public Extraction(Plan plan, Settings settings, Watcher watcher) {
        this(plan, settings, watcher, TargetDirectory::sync);
    }

    /** An extraction onto {@code medium}. */
    Extraction(Plan plan, Settings settings, Watcher watcher, Publication.Medium medium) {
        this.plan = plan;
        this.settings = settings;
        this.watcher = watcher;
        this.publication = new Publication(settings.replace(), this::failed, medium);
    }

    /**
     * Makes sure that {@code paths} can be written below {@code target}, as far as that can be told without trying: it takes a
     * moment, and deriving keys takes many.
     *
     * @throws TargetError if they cannot
     */
    public static void requireUsable(Path target, List<String> paths) throws TargetError {
        Path there = target.toAbsolutePath();
        while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            throw TargetError.noDirectory(there.toString());
        }
        if (!Files.isWritable(there) && paths.stream().noneMatch(path -> isThere(target, path))) {
            throw TargetError.of(Posix.PERMISSION, there.toString());
        }
    }

    /** Whether what {@code path} lies in is in {@code target} already: it may be writable though the target is not. */
    private static boolean isThere(Path target, String path) {
        return BackupTree.parts(path).stream().findFirst().filter(top -> Files.isDirectory(target.resolve(top))).isPresent();
    }

    /**
     * Writes all into {@code target}, which is made if it is not there. Damaged files do not keep others from being
     * written.
     *
     * @return what was not written, or not all of it
     * @throws TargetError if nothing more can be written, or, before anything is, if there is too little space or one
     *     of the files is there already
     */
    public List<Plan.Failure> run(Path target) throws IOException {
        Files.createDirectories(target);
        requireSpace(target);
        try (TargetDirectory top = TargetDirectory.open(target, temporaries)) {
            try {
                if (!settings.replace()) {
                    requireFree(top);
                }
                plan.failures().forEach(failure -> failed(failure.path(), failure.why()));
                writeAll(top, target);
                describeDirectories(top);
                publication.sync();
            } finally {
                // What has no name is removed from directories that are still open.
                publication.close();
                current.ifPresent(open -> open.directory().close());
                current = Optional.empty();
            }
        }
        return List.copyOf(failures);
    }

    /**
     * Writes the one file {@code file} to {@code out}, with zeros for its holes.
     *
     * @throws QbfsException at the first damage
     */
    public void write(RegularFile file, WritableByteChannel out) throws IOException {
        new FileCopy(pipe, false, watcher::read).copy(file, (position, piece) -> {
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        }, true);
    }

    /** Removes what is not whole, and has {@link #run} fail. For a process that is being ended; by any thread. */
    public void end() {
        temporaries.end();
    }

    @Override
    public void close() {
        pipe.close();
    }

    private void requireSpace(Path target) throws IOException {
        long needed = plan.allocatedBytes();
        long free = Files.getFileStore(target).getUsableSpace();
        if (needed > free) {
            throw TargetError.tooLittleSpace(target.toString(), needed, free);
        }
    }

    private void requireFree(TargetDirectory top) throws TargetError {
        Set<List<String>> absent = new HashSet<>();
        for (Plan.Item item : plan.items()) {
            List<String> path = item.path();
            List<String> parent = path.subList(0, path.size() - 1);
            boolean there = !absent.contains(parent) && directory(top, parent, false).has(path.getLast());
            if (!there) {
                absent.add(path);
            } else if (!(item.node() instanceof Directory)) {
                throw TargetError.of(Posix.EXISTS, directory(top, parent, false).show(path.getLast()));
            }
        }
    }

    private void writeAll(TargetDirectory top, Path target) throws IOException {
        publication.enter(top);
        List<Plan.Item> links = new ArrayList<>();
        long left = plan.allocatedBytes();
        for (Plan.Item item : plan.items()) {
            if (item.sameAs().isPresent()) {
                links.add(item);
                continue;
            }
            try {
                attempt(item, () -> write(top, item));
            } catch (TargetError e) {
                throw keepingWhatIsWhole(e.isFull() ? withNeed(e, item, left, target) : e);
            }
            left -= item.allocatedBytes();
        }
        publication.flush();
        // The first name of the file is there now, or has failed.
        for (Plan.Item item : links) {
            attempt(item, () -> {
                if (!hardLink(top, item, item.sameAs().orElseThrow())) {
                    write(top, item);
                }
            });
        }
        publication.flush();
    }

    /** Publishes what is finished before {@code end} ends all. */
    private TargetError keepingWhatIsWhole(TargetError end) {
        try {
            publication.flush();
        } catch (TargetError e) {
            if (e != end) {
                end.addSuppressed(e);
            }
        }
        return end;
    }

    private static TargetError withNeed(TargetError full, Plan.Item item, long left, Path target) throws IOException {
        return full.withNeed(item.name(), item.allocatedBytes(), left, Files.getFileStore(target).getUsableSpace());
    }

    private interface Step {
        void run() throws IOException;
    }

    /** What fails {@code item} alone does not fail the others. */
    private void attempt(Plan.Item item, Step step) throws IOException {
        try {
            step.run();
        } catch (QbfsException e) {
            failed(item.name(), e);
        } catch (TargetError e) {
            if (e.endsAll()) {
                throw e;
            }
            failed(item.name(), e);
        }
    }

    private void write(TargetDirectory top, Plan.Item item) throws IOException {
        List<String> path = item.path();
        TargetDirectory parent = directory(top, path.subList(0, path.size() - 1), true);
        switch (item.node()) {
            case Directory directory -> {
                if (parent.makeDirectory(path.getLast())) {
                    made.add(path);
                }
            }
            case SymbolicLink link ->
                    parent.link(path.getLast(), link.target(), link.attributes().modified(), settings.replace());
            case RegularFile file -> {
                watcher.begins(item.name());
                write(parent, item, file);
            }
        }
    }

    private void write(TargetDirectory parent, Plan.Item item, RegularFile file) throws IOException {
        String name = item.path().getLast();
        Attributes attributes = file.attributes();
        publication.enter(parent);
        try (OutputFile out = parent.create(name)) {
            List<LostRange> lost = copy(file, out);
            out.finish(attributes.size(), attributes.permissions() | OWNER_WRITE, attributes.modified());
            if (!lost.isEmpty()) {
                failed(item.name(), lost.getFirst().why());
                report(parent, name, file, lost);
            }
            publication.publish(parent, out, attributes.allocated(), item.name());
        }
    }

    private List<LostRange> copy(RegularFile file, OutputFile out) throws IOException {
        try {
            return new FileCopy(pipe, settings.keepDamaged(), watcher::read).copy(file, out::write, false);
        } finally {
            // Nothing is written any more when the descriptor is closed.
            pipe.reset();
        }
    }

    /** False if the first name was not written, so that this one has to be. */
    private boolean hardLink(TargetDirectory top, Plan.Item item, List<String> first) throws IOException {
        if (failures.stream().anyMatch(failure -> failure.path().equals(String.join("/", first)))) {
            return false;
        }
        leaveDirectory();
        try (TargetDirectory from = walk(top, first.subList(0, first.size() - 1), false);
                TargetDirectory to = walk(top, item.path().subList(0, item.path().size() - 1), true)) {
            to.hardLink(item.path().getLast(), from, first.getLast(), settings.replace());
        }
        return true;
    }

    /** Publishes the list of what is lost of {@code name}, which is not there before: nobody is to take it for whole. */
    private void report(TargetDirectory parent, String name, RegularFile file, List<LostRange> lost) throws TargetError {
        StringBuilder text = new StringBuilder("# " + name + ": these bytes could not be read, and are zeros in the copy.\n"
                + "# first byte, byte after the last, why\n");
        for (LostRange range : lost) {
            text.append(range.start()).append('\t').append(range.end()).append('\t')
                    .append(range.why().getMessage().replaceAll("\\p{Cntrl}", "?")).append('\n');
        }
        file.inferredFrom().get().ifPresent(start -> text
                .append("# These bytes are authentic, but lay behind a loss: where they belong was inferred from the end of the file.\n")
                .append(start).append('\t').append(file.attributes().size()).append("\tinferred\n"));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (OutputFile out = parent.create(name + REPORT)) {
            out.write(0, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
            out.finish(bytes.length, REPORT_MODE, Instant.now());
            publication.publishNow(out);
        }
    }

    private void failed(String path, IOException why) {
        failures.add(new Plan.Failure(path, why));
        watcher.failed(path, why);
    }

    /** From the deepest up: writing into a directory changes its time. */
    private void describeDirectories(TargetDirectory top) throws IOException {
        for (Plan.Item item : plan.items().reversed()) {
            if (item.node() instanceof Directory directory && made.contains(item.path())) {
                Attributes attributes = directory.attributes();
                directory(top, item.path(), false).describe(attributes.permissions() | OWNER_WRITE, attributes.modified());
            }
        }
    }

    /** The directory at {@code path}, which stays open until another one is wanted. */
    private TargetDirectory directory(TargetDirectory top, List<String> path, boolean make) throws TargetError {
        if (path.isEmpty()) {
            return top;
        }
        if (current.isEmpty() || !current.get().path().equals(path)) {
            leaveDirectory();
            current = Optional.of(new OpenDirectory(List.copyOf(path), walk(top, path, make)));
        }
        return current.get().directory();
    }

    private void leaveDirectory() throws TargetError {
        if (current.isPresent()) {
            TargetDirectory directory = current.get().directory();
            current = Optional.empty();
            publication.leave(directory);
        }
    }

    /** Opens each part on its own, so that no link on the way is followed. */
    private static TargetDirectory walk(TargetDirectory top, List<String> path, boolean make) throws TargetError {
        TargetDirectory at = top.again();
        for (String part : path) {
            try (TargetDirectory above = at) {
                if (make) {
                    above.makeDirectory(part);
                }
                at = above.child(part);
            }
        }
        return at;
    }
}
