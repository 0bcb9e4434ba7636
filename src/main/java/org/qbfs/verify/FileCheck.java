// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.FileGroup;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.volume.BackupFile;

/**
 * What is found out about one file group: each of its chunks, and what they hold together. Safe for many threads:
 * chunks are checked by some while another one decodes.
 */
final class FileCheck {
    private final BackupFile backup;
    private final FileGroup group;
    private final String vm;
    private final String file;
    /** What is known of the chunks that were read, by number. */
    private final Map<Integer, ChunkResult> chunks = new ConcurrentSkipListMap<>();
    /** Guarded by itself. */
    private final List<Loss> losses = new ArrayList<>();
    private volatile boolean decoded;
    private volatile double decodedPart;

    /** A chunk that was read: authentic, and at once, or the reason why not. */
    private record ChunkResult(Chunk chunk, boolean stable, Optional<QbfsException> damage) {}

    FileCheck(BackupFile backup, FileGroup group, String vm, String file) {
        this.backup = backup;
        this.group = group;
        this.vm = vm;
        this.file = file;
    }

    FileGroup group() {
        return group;
    }

    String vm() {
        return vm;
    }

    /** Authenticates {@code chunk} of this group. */
    void checkChunk(Chunk chunk) throws IOException {
        try {
            boolean stable = backup.authenticate(chunk);
            chunks.put(chunk.number(), new ChunkResult(chunk, stable, Optional.empty()));
        } catch (QbfsException e) {
            chunks.put(chunk.number(), new ChunkResult(chunk, true, Optional.of(e)));
        }
    }

    /** Decodes all that the chunks hold. */
    void decode(BooleanSupplier stopped, Runnable progress) throws IOException {
        try {
            new ArchiveCheck(backup.archive(group), stopped, this::lost, part -> {
                decodedPart = Math.min(1, part);
                progress.run();
            }).run();
        } catch (QbfsException e) {
            lost(new Loss(Optional.empty(), "the file cannot be opened", e));
        }
        decodedPart = 1;
        decoded = !stopped.getAsBoolean();
    }

    private void lost(Loss loss) {
        synchronized (losses) {
            losses.add(loss);
        }
    }

    /** Which part of it has been decoded, up to 1. */
    double decodedPart() {
        return decodedPart;
    }

    /** Bytes of the backup file that were authenticated. */
    long authenticatedBytes() {
        return chunks.values().stream().filter(result -> result.damage().isEmpty())
                .mapToLong(result -> result.chunk().member().size()).sum();
    }

    /** Whether all was read, whatever was found. */
    boolean isComplete() {
        return decoded && chunks.size() == group.chunks().size();
    }

    FileState state() {
        List<Finding> found = findings();
        FileState.State state = FileState.State.OK;
        if (found.stream().anyMatch(finding -> finding.kind() == Finding.Kind.DAMAGE)) {
            state = FileState.State.DAMAGED;
        } else if (!isComplete()) {
            state = FileState.State.NOT_READ;
        } else if (found.stream().anyMatch(finding -> finding.kind() == Finding.Kind.UNCHECKED)) {
            state = FileState.State.UNCHECKED;
        } else if (!found.isEmpty()) {
            state = FileState.State.UNSTABLE;
        }
        int expected = group.chunks().isEmpty() ? 0 : group.chunks().getLast().number() + 1;
        return new FileState(vm, file, expected, chunks.size(), state);
    }

    /** What is wrong, chunk by chunk; each loss is told with the chunk that is to blame. */
    List<Finding> findings() {
        List<Loss> left;
        synchronized (losses) {
            left = new ArrayList<>(losses);
        }
        List<Finding> found = new ArrayList<>();
        int expected = 0;
        for (Chunk chunk : group.chunks()) {
            if (chunk.number() > expected) {
                found.addAll(missing(expected, chunk.number(), left));
            }
            expected = chunk.number() + 1;
            Optional.ofNullable(chunks.get(chunk.number())).ifPresent(result -> found.addAll(findings(result, left)));
        }
        for (Loss loss : left) {
            boolean unchecked = loss.why() instanceof UnsupportedFormat || loss.why() instanceof ResourceLimit;
            found.add(new Finding(unchecked ? Finding.Kind.UNCHECKED : Finding.Kind.DAMAGE, vm, file, loss.chunk(),
                    Optional.empty(), loss.lost(), loss.why().what()).because(loss.what()));
        }
        found.addAll(outOfOrder());
        return found;
    }

    /** Qubes' own tools read a backup in one pass, so they do not restore one whose chunks are in another order. */
    private List<Finding> outOfOrder() {
        List<Finding> found = new ArrayList<>();
        long before = -1;
        for (Chunk chunk : group.chunks()) {
            long offset = chunk.member().dataOffset();
            if (offset < before) {
                found.add(new Finding(Finding.Kind.DAMAGE, vm, file, chunk.name(),
                        Optional.of(new Finding.Range(offset, chunk.member().end())), Optional.empty(),
                        "the chunk lies before one of a lower number: nothing is lost by that, but tools that read the backup in one pass cannot restore it"));
            }
            before = Math.max(before, offset);
        }
        return found;
    }

    private List<Finding> missing(int from, int to, List<Loss> left) {
        String name = name(from);
        String last = to == from + 1 ? "" : " (and those up to " + name(to - 1) + ")";
        Finding finding = new Finding(Finding.Kind.DAMAGE, vm, file, name, Optional.empty(), Optional.empty(),
                "the chunk is missing" + last);
        List<Loss> own = new ArrayList<>();
        for (int number = from; number < to; number++) {
            own.addAll(takeOf(name(number), left));
        }
        return withLosses(finding, own);
    }

    private List<Finding> findings(ChunkResult result, List<Loss> left) {
        Chunk chunk = result.chunk();
        if (result.damage().isEmpty() && result.stable()) {
            return List.of();
        }
        Optional<Finding.Range> range = Optional.of(new Finding.Range(chunk.member().dataOffset(), chunk.member().end()));
        if (result.damage().isEmpty()) {
            return List.of(new Finding(Finding.Kind.UNSTABLE, vm, file, chunk.name(), range, Optional.empty(),
                    "read wrong at first, and right when it was read again: the medium, its cable or this machine's "
                            + "memory is unstable"));
        }
        QbfsException why = result.damage().get();
        Finding.Kind kind = why instanceof ResourceLimit ? Finding.Kind.UNCHECKED : Finding.Kind.DAMAGE;
        return withLosses(new Finding(kind, vm, file, chunk.name(), range, Optional.empty(), why.what()),
                takeOf(chunk.name(), left));
    }

    private static List<Finding> withLosses(Finding finding, List<Loss> losses) {
        List<Finding> all = losses.stream()
                .map(loss -> loss.lost().isPresent() ? finding.with(loss.lost().get()) : finding.because(loss.what()))
                .distinct().toList();
        return all.isEmpty() ? List.of(finding) : all;
    }

    /** Takes the losses out that chunk {@code name} is to blame for. */
    private static List<Loss> takeOf(String name, List<Loss> left) {
        List<Loss> own = left.stream().filter(loss -> loss.chunk().equals(name)).toList();
        left.removeAll(own);
        return own;
    }

    private String name(int number) {
        return String.format("%s.%03d", group.path(), number);
    }
}
