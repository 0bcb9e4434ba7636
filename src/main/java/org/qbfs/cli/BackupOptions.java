// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.qbfs.backup.Passphrase;
import org.qbfs.volume.Ahead;
import org.qbfs.volume.BackupFile;
import org.qbfs.volume.Settings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The options and the argument of every command that opens a backup. */
final class BackupOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "BACKUP", description = "the file that the Qubes backup tool wrote")
    private Path backup;

    @ArgGroup(exclusive = false, validate = false, heading = "Passphrase (otherwise QBFS_PASSPHRASE or the terminal):%n")
    private PassphraseOptions passphrase = new PassphraseOptions();

    @Option(names = "--cache-size", paramLabel = "SIZE", converter = Size.Converter.class,
            description = "memory for decoded blocks")
    private Size cacheSize;

    @Option(names = "--kdf-memory", paramLabel = "SIZE", converter = Size.Converter.class,
            description = "memory for key derivation (default: a quarter of what there is)")
    private Size kdfMemory;

    @Option(names = "--threads", paramLabel = "N", description = "how many threads work at once")
    private Integer threads;

    @Option(names = "--compression-filter", paramLabel = "FILTER",
            description = "decompress with this filter, whatever the backup says")
    private String compressionFilter;

    @Option(names = "--index-dir", paramLabel = "DIR",
            description = "keep what is learned about backups here (default: $XDG_CACHE_HOME/qbfs)")
    private Path indexDirectory;

    @Option(names = "--spill-dir", paramLabel = "DIR",
            description = "room for streams that can only be decoded from their start, sealed (default: $TMPDIR or /var/tmp)")
    private Path spillDirectory;

    @Option(names = "--spill-size", paramLabel = "SIZE", converter = Size.Converter.class,
            description = "how much of it (default: 16G)")
    private Size spillSize;

    @Option(names = "--no-index", description = "keep nothing")
    private boolean noIndex;

    private boolean salvaging;
    private boolean readingForward;

    boolean keepsNoIndex() {
        return noIndex;
    }

    /** Has the backup opened so that what can be salvaged behind lost chunks is shown. */
    void salvage(boolean wanted) {
        salvaging = wanted;
    }

    /** Has the backup opened for a command that reads files once, from the start to the end. */
    void readForward() {
        readingForward = true;
    }

    Path backup() {
        return backup;
    }

    /** Asks for the passphrase and opens the backup. */
    BackupFile open() throws IOException {
        return open(Ahead.NOTHING);
    }

    /** Asks for the passphrase and opens the backup, and asks {@code ahead} for what will be read first. */
    BackupFile open(Ahead ahead) throws IOException {
        requireBackup();
        return open(passphrase(), ahead);
    }

    /** As {@link #open(Ahead)}, trusting nothing that an earlier run learned about the backup. */
    BackupFile openAnew(Ahead ahead) throws IOException {
        requireBackup();
        Settings settings = settings();
        return BackupFile.open(backup, passphrase(), new Settings(settings.cacheBytes(), settings.kdfBytes(),
                settings.threads(), settings.compressionFilter(), Optional.empty(), settings.spill()), ahead);
    }

    /** Opens the backup, which takes over {@code secret}. */
    BackupFile open(Passphrase secret, Ahead ahead) throws IOException {
        return BackupFile.open(backup, secret, settings(), ahead);
    }

    /** The passphrase, from wherever the user gives it. */
    Passphrase passphrase() throws IOException {
        return passphrase.read(backup);
    }

    /** Asks for nothing before the file is known to be there. */
    void requireBackup() throws IOException {
        if (!Files.exists(backup)) {
            throw new NoSuchFileException(backup.toString());
        }
    }

    /** How many threads work at once. */
    int threads() {
        return settings().threads();
    }

    private Settings settings() {
        if (threads != null && threads < 1) {
            throw new ParameterException(command.commandLine(), "--threads must be at least 1");
        }
        Settings defaults = readingForward ? Settings.readingForward() : Settings.defaults();
        return new Settings(
                cacheSize == null ? defaults.cacheBytes() : cacheSize.bytes(),
                kdfMemory == null ? defaults.kdfBytes() : kdfMemory.bytes(),
                threads == null ? defaults.threads() : threads,
                Optional.ofNullable(compressionFilter),
                noIndex ? Optional.empty() : Optional.of(indexDirectory == null ? defaultIndexDirectory() : indexDirectory),
                new Settings.Spill(spillDirectory == null ? defaults.spill().directory() : spillDirectory,
                        spillSize == null ? defaults.spill().bytes() : spillSize.bytes()),
                salvaging);
    }

    private static Path defaultIndexDirectory() {
        String cache = System.getenv("XDG_CACHE_HOME");
        return (cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
                .resolve("qbfs");
    }
}
