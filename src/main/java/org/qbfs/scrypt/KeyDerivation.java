// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.concurrent.CompletableFuture;

/**
 * Derives keys by scrypt, in the background and in the order of their priority. Safe for many threads.
 */
public interface KeyDerivation extends AutoCloseable {
    /** How soon a key is wanted. */
    enum Priority {
        /** Someone waits for it now. */
        URGENT,
        /** It will be wanted next. */
        SOON,
        /** Nobody waits. */
        BACKGROUND
    }

    /**
     * Asks for the {@value ScryptHeader#KEY_LENGTH} bytes derived from {@code passphrase}: the first 32 are
     * the AES key of a file, the last 32 its HMAC key. Returns at once; the work takes seconds and up to
     * {@link ScryptParameters#tableBytes} of memory.
     *
     * <p>The passphrase is copied, and the copy wiped after use. Each caller gets an array of its own, and
     * should wipe it. A request that is pending already is not derived a second time; if the new one is
     * more urgent, it hurries the old one. Cancelling the future drops the request if nobody else waits for
     * the same key.
     *
     * @return completes exceptionally with {@link org.qbfs.error.ResourceLimit} if the table does not fit
     *     into the memory that there is, or if too many requests are pending; with {@link
     *     java.util.concurrent.CancellationException} if this is closed before the key is there
     */
    CompletableFuture<byte[]> derive(byte[] passphrase, ScryptParameters parameters, Priority priority);

    /**
     * Cancels what is pending or being computed, waits for that (milliseconds), and frees the tables. Does
     * nothing the second time.
     */
    @Override
    void close();
}
