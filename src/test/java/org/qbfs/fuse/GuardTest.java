// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

class GuardTest {
    private final ErrorLog errors = new ErrorLog();

    private int guard(TreeFileSystem.Operation operation) {
        return TreeFileSystem.guard(errors, "read", "/vm/private.img", operation);
    }

    private static int fail(Throwable error) throws IOException {
        switch (error) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(error);
        }
    }

    @Test
    void resultsAndErrorNumbersPass() {
        assertEquals(17, guard(() -> 17));
        assertEquals(-Errno.ENOENT, guard(() -> fail(new Errno.Failure(Errno.ENOENT))));
    }

    @Test
    void whateverIsThrownReachesTheKernelAsEio() {
        for (Throwable error : new Throwable[] {new CorruptData("bad", Place.of("x", 0, 1)), new IOException((String) null),
            new UncheckedIOException(new IOException("x")), new NullPointerException(), new OutOfMemoryError(), new StackOverflowError(),
            new LinkageError("x"), new IllegalStateException("x", new RuntimeException())}) {
            assertEquals(-Errno.EIO, guard(() -> fail(error)), error.toString());
        }
    }

    @Test
    void errorThatCannotEvenBeLoggedReachesTheKernelToo() {
        assertEquals(-Errno.EIO, guard(() -> fail(new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                throw new OutOfMemoryError();
            }
        })));
    }

    @Test
    void unendingRecursionReachesTheKernelToo() {
        assertEquals(-Errno.EIO, guard(this::deeper));
    }

    private int deeper() throws IOException {
        return 1 + deeper();
    }
}
