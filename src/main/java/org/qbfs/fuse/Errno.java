// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import java.io.IOException;

/** The error numbers of Linux that the mount answers with; the same on all its common machines. */
final class Errno {
    static final int ENOENT = 2;
    static final int EIO = 5;
    static final int EBADF = 9;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int EROFS = 30;

    private Errno() {}

    /** An operation that the tree answers with an error number. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;

        final int errno;

        Failure(int errno) {
            super("errno " + errno);
            this.errno = errno;
        }
    }
}
