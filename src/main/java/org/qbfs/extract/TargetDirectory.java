// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.qbfs.extract.Temporaries.Temporary;

/**
 * An open directory below the target. All that is made in it is made by one part of a name, and no link is followed.
 * For one thread; the temporaries may be removed by another.
 */
final class TargetDirectory implements Closeable {
    private static final AtomicLong NEXT = new AtomicLong();

    private final int descriptor;
    private final String path;
    private final Temporaries temporaries;
    /** Once it is known. */
    private FileSystem fileSystem;

    /** Opens {@code target}, where the user wants files to be. */
    static TargetDirectory open(Path target, Temporaries temporaries) throws TargetError {
        String path = target.toString();
        return new TargetDirectory(check(Posix.openDirectory(path), path), path, temporaries);
    }

    private TargetDirectory(int descriptor, String path, Temporaries temporaries) {
        this.descriptor = descriptor;
        this.path = path;
        this.temporaries = temporaries;
    }

    /** The directory {@code name} in this one. */
    TargetDirectory child(String name) throws TargetError {
        return new TargetDirectory(check(Posix.openDirectory(descriptor, safe(name)), show(name)), show(name), temporaries);
    }

    /** This directory once more, to be closed on its own. */
    TargetDirectory again() throws TargetError {
        return new TargetDirectory(check(Posix.openDirectory(descriptor, "."), path), path, temporaries);
    }

    /** Makes the directory {@code name} if it is not there. */
    boolean makeDirectory(String name) throws TargetError {
        int result = Posix.makeDirectory(descriptor, safe(name));
        if (result == -Posix.EXISTS) {
            return false;
        }
        check(result, show(name));
        return true;
    }

    /** Whether there is anything called {@code name}. */
    boolean has(String name) throws TargetError {
        int result = Posix.openAnything(descriptor, safe(name));
        if (result == -Posix.NOT_FOUND || result == -Posix.NAME_TOO_LONG) {
            return false;
        }
        Posix.close(check(result, show(name)));
        return true;
    }

    /** A new file that will be called {@code name}. */
    OutputFile create(String name) throws TargetError {
        String own = safe(name);
        boolean takesDirect = fileSystem().takesDirectWrites();
        Temporary temporary = temporary();
        int[] file = new int[1];
        check(temporaries.create(temporary, () -> file[0] = Posix.createFile(descriptor, temporary.name())), show(name));
        return new OutputFile(this, temporary, file[0], own, takesDirect);
    }

    /** Makes the symbolic link {@code name}. */
    void link(String name, String target, Instant modified, boolean replace) throws TargetError {
        if (target.isEmpty() || target.indexOf('\0') >= 0) {
            throw TargetError.badLink(show(name));
        }
        Temporary temporary = temporary();
        check(temporaries.create(temporary, () -> Posix.makeSymbolicLink(target, descriptor, temporary.name())), show(name));
        try {
            check(Posix.setModified(descriptor, temporary.name(), modified), show(name));
            publish(temporary, name, replace);
        } finally {
            temporaries.remove(temporary);
        }
    }

    /** Makes {@code name} another name of the file {@code existing} of {@code other}. */
    void hardLink(String name, TargetDirectory other, String existing, boolean replace) throws TargetError {
        Temporary temporary = temporary();
        check(temporaries.create(temporary,
                () -> Posix.makeHardLink(other.descriptor, existing, descriptor, temporary.name())), show(name));
        try {
            publish(temporary, name, replace);
        } finally {
            // Renaming one name of a file to another one of it does nothing (rename(2)).
            Posix.remove(descriptor, temporary.name());
            temporaries.remove(temporary);
        }
    }

    /** Gives a finished temporary its name. */
    void publish(Temporary temporary, String name, boolean replace) throws TargetError {
        String to = safe(name);
        check(temporaries.publish(temporary, () -> {
            if (replace) {
                return Posix.rename(descriptor, temporary.name(), to);
            }
            int result = Posix.renameIfFree(descriptor, temporary.name(), to);
            if (result != -Posix.INVALID) {
                return result;
            }
            int there = Posix.openAnything(descriptor, to);
            if (there >= 0) {
                Posix.close(there);
                return -Posix.EXISTS;
            }
            return Posix.rename(descriptor, temporary.name(), to);
        }), show(name));
    }

    void remove(Temporary temporary) {
        temporaries.remove(temporary);
    }

    /** Sets what the tree says about this directory. */
    void describe(int mode, Instant modified) throws TargetError {
        check(Posix.setMode(descriptor, mode), path);
        check(Posix.setModified(descriptor, modified), path);
    }

    /** The file system that it lies in. */
    FileSystem fileSystem() throws TargetError {
        if (fileSystem == null) {
            long[] facts = new long[2];
            check(Posix.fileSystem(descriptor, facts), path);
            fileSystem = new FileSystem(facts[0], facts[1]);
        }
        return fileSystem;
    }

    /** Waits until the medium has all data and names of its file system. */
    void sync() throws TargetError {
        check(Posix.syncFileSystem(descriptor), path);
    }

    /** How {@code name} is shown in messages. */
    String show(String name) {
        return path.endsWith("/") ? path + name : path + "/" + name;
    }

    private Temporary temporary() {
        return new Temporary(descriptor, ".qbfs-" + ProcessHandle.current().pid() + "-" + NEXT.getAndIncrement() + ".part");
    }

    private String safe(String name) throws TargetError {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw TargetError.unsafeName(show(name));
        }
        return name;
    }

    static int check(int result, String path) throws TargetError {
        if (result < 0) {
            throw TargetError.of(-result, path);
        }
        return result;
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
