// SPDX-License-Identifier: Apache-2.0
package org.qbfs.extract;

import java.io.IOException;

/** Something that cannot be written. The message names the file and says why. */
public final class TargetError extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean endsAll;
    private final boolean full;

    private TargetError(String message, boolean endsAll) {
        this(message, endsAll, false);
    }

    private TargetError(String message, boolean endsAll, boolean full) {
        super(message);
        this.endsAll = endsAll;
        this.full = full;
    }

    /** The error number {@code error} of a system call for {@code path}. */
    static TargetError of(int error, String path) {
        boolean local = switch (error) {
            case Posix.EXISTS, Posix.NOT_A_DIRECTORY, Posix.INVALID, Posix.FILE_TOO_LARGE, Posix.NAME_TOO_LONG,
                    Posix.TOO_MANY_LINKS -> true;
            default -> false;
        };
        return new TargetError(path + ": " + describe(error), !local, error == Posix.NO_SPACE || error == Posix.QUOTA);
    }

    private static String describe(int error) {
        return switch (error) {
            case Posix.EXISTS -> "is there already (--force replaces it)";
            case Posix.NOT_A_DIRECTORY, Posix.TOO_MANY_LINKS -> "is no directory (links are not followed)";
            default -> Posix.describe(error);
        };
    }

    /** A name that no file can have. */
    static TargetError unsafeName(String path) {
        return new TargetError(path + ": no name for a file", false);
    }

    /** A symbolic link to nothing. */
    static TargetError badLink(String path) {
        return new TargetError(path + ": no target that a link can have", false);
    }

    /** A file where a directory should be. */
    static TargetError noDirectory(String path) {
        return new TargetError(path + ": is no directory", true);
    }

    /** There is too little space for all that is to be written. */
    static TargetError tooLittleSpace(String path, long needed, long free) {
        return new TargetError(path + ": " + needed + " bytes are to be written, and only " + free + " are free", true);
    }

    /**
     * This error, of a target that has become full, with what would help.
     *
     * @param file bytes that the file under way takes
     * @param left bytes that are to be written yet, this file's and those behind it
     * @param free bytes that are free now
     */
    TargetError withNeed(String path, long file, long left, long free) {
        return new TargetError(getMessage() + ". " + path + " takes " + file + " bytes, and with what was to follow " + left
                + "; " + free + " are free now. What has its name now is whole; of all else nothing is left", true, true);
    }

    /**
     * This error, of a medium that did not take what was written: nothing can be trusted to be on it from now on.
     *
     * @param files finished ones that have no name yet, and are removed
     * @param bytes what these take
     */
    TargetError notOnMedium(int files, long bytes) {
        return new TargetError(files == 0 ? getMessage() : getMessage()
                + ". Finished files that may not be on the medium are removed: " + files + ", of " + bytes + " bytes", true, full);
    }

    /** The program is being ended. */
    static TargetError interrupted() {
        return new TargetError("interrupted", true);
    }

    /** Whether the target has no more room, or its owner may not have more. */
    boolean isFull() {
        return full;
    }

    /** Whether other files would fail as well, so that there is no point in going on. */
    boolean endsAll() {
        return endsAll;
    }
}
