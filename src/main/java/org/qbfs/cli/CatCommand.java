// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.concurrent.Callable;
import org.qbfs.error.QbfsException;
import org.qbfs.extract.FirstChunks;
import org.qbfs.io.ByteSource;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs cat}. */
@Command(name = "cat", description = "Write a file of the backup to the standard output.")
final class CatCommand implements Callable<Integer> {
    private static final int PIECE = 1 << 20;
    private static final int SMALLEST = 512;

    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1", paramLabel = "PATH", description = "a file, such as work/private.img")
    private String path;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        options.readForward();
        try (BackupFile backup = options.open(FirstChunks.guess(List.of(path)))) {
            Node node = BackupTree.of(backup).find(path)
                    .orElseThrow(() -> new IOException(path + ": no such file in the backup"));
            switch (node) {
                case RegularFile file -> write(file.contents());
                case Directory directory -> throw new IOException(path + ": a directory");
                case SymbolicLink link -> throw new IOException(path + ": a symbolic link to " + link.target());
            }
            return ExitCode.OK.number();
        }
    }

    private static void write(ByteSource contents) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (WritableByteChannel out = new FileOutputStream(FileDescriptor.out).getChannel()) {
            for (long at = 0; read(contents, at, piece) > 0; piece.clear()) {
                at += piece.position();
                piece.flip();
                if (!write(piece, out)) {
                    return;
                }
            }
        }
    }

    /** False once nobody reads any more what is written: {@code qbfs cat … | head} is no error. */
    private static boolean write(ByteBuffer piece, WritableByteChannel out) throws IOException {
        try {
            while (piece.hasRemaining()) {
                out.write(piece);
            }
            return true;
        } catch (IOException e) {
            if ("Broken pipe".equals(e.getMessage())) {
                return false;
            }
            throw e;
        }
    }

    /** Reads a piece, or a small one before damage: what comes before it is not lost. */
    static int read(ByteSource contents, long at, ByteBuffer piece) throws IOException {
        int whole = piece.remaining();
        for (int length = whole; ; length /= 2) {
            try {
                return contents.read(at, piece.clear().limit(length));
            } catch (QbfsException e) {
                if (length <= SMALLEST) {
                    throw e;
                }
            }
        }
    }
}
