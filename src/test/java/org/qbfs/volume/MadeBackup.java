// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.qbfs.backup.Passphrase;

/** Backups made by the real tools, through {@code src/test/scripts/make-backup}. */
public final class MadeBackup {
    /** Blanks, quotes, a dollar sign and non-ASCII letters, each of which some shell script has tripped over. */
    public static final String PASSPHRASE = " p\"a'ss! wörd$ %s\\n ";

    private static final Path SCRIPT = Path.of("src/test/scripts/make-backup");

    private MadeBackup() {}

    /** Makes {@code out} of {@code tree}; {@code paths} are the only groups if there are any. */
    public static Path make(SourceTree tree, Path out, Collection<String> options, String... paths)
            throws IOException, InterruptedException {
        return make(tree.top(), out, options, paths);
    }

    static Path make(Path tree, Path out, Collection<String> options, String... paths) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toAbsolutePath().toString()));
        command.addAll(options);
        command.addAll(List.of(tree.toString(), out.toString()));
        command.addAll(Arrays.asList(paths));
        run(command);
        return out;
    }

    /** Runs a tool, which must succeed; tar warns of names that it cannot repeat in each volume. */
    static void run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("QBFS_PASSPHRASE", PASSPHRASE);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + said);
    }

    static BackupFile open(Path backup) throws IOException {
        return open(backup, PASSPHRASE);
    }

    static BackupFile open(Path backup, String passphrase) throws IOException {
        return TestBackup.open(backup, passphrase);
    }

    /** How many chunks the group {@code path} has. */
    static int chunks(BackupFile backup, String path) {
        return backup.catalog().group(path).orElseThrow().chunks().size();
    }

    /** Unpacks {@code backup} into its members. */
    static Path unpack(Path backup, Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        run(List.of("tar", "-i", "-x", "-f", backup.toString(), "-C", directory.toString()));
        return directory;
    }
}
