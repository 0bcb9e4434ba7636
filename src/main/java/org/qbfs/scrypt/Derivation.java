// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.qbfs.scrypt.KeyDerivation.Priority;

/** One key that is to be derived, and those who wait for it. Guarded by the lock of the scheduler. */
final class Derivation {
    /** The more urgent first, then the older. */
    static final Comparator<Derivation> ORDER =
            Comparator.<Derivation, Priority>comparing(d -> d.priority).thenComparingLong(d -> d.number);

    private final Request request;
    private final long number;
    private final List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
    /** The indices of the blocks that no lane works on. */
    private final Deque<Integer> unstarted = new ArrayDeque<>();
    private int unfinished;
    private Priority priority;
    /** The p blocks: at first derived from the passphrase, and each replaced when its lane is finished. */
    private byte[] blocks;

    Derivation(Request request, Priority priority, long number) {
        this.request = request;
        this.priority = priority;
        this.number = number;
        this.unfinished = request.parameters.p();
        for (int i = 0; i < unfinished; i++) {
            unstarted.add(i);
        }
    }

    Request request() {
        return request;
    }

    ScryptParameters parameters() {
        return request.parameters;
    }

    Priority priority() {
        return priority;
    }

    boolean isUrgent() {
        return priority == Priority.URGENT;
    }

    void raiseTo(Priority raised) {
        priority = raised;
    }

    void addWaiting(CompletableFuture<byte[]> future) {
        waiting.add(future);
    }

    List<CompletableFuture<byte[]>> waiting() {
        return waiting;
    }

    boolean isAbandoned() {
        return waiting.stream().allMatch(CompletableFuture::isDone);
    }

    int unstarted() {
        return unstarted.size();
    }

    /** The index of a block to start a lane with. */
    int start() {
        return unstarted.remove();
    }

    /** Takes back a block whose lane was given up. */
    void restart(int index) {
        unstarted.addFirst(index);
    }

    /** Counts one block as done; whether it was the last. */
    boolean finishOne() {
        unfinished--;
        return unfinished == 0;
    }

    MemorySegment block(int index) {
        int length = request.parameters.rowBytes();
        if (blocks == null) {
            blocks = Pbkdf2.derive(request.passphrase, request.parameters.salt(), length * request.parameters.p());
        }
        return MemorySegment.ofArray(blocks).asSlice((long) index * length, length);
    }

    /** The key, once every block is finished. */
    byte[] key() {
        return Pbkdf2.derive(request.passphrase, blocks, ScryptHeader.KEY_LENGTH);
    }

    /** Zeroes the passphrase and what was derived from it. This is of no use afterwards. */
    void wipe() {
        request.wipe();
        if (blocks != null) {
            Arrays.fill(blocks, (byte) 0);
        }
    }

    /** What makes two derivations the same. Owns the passphrase. */
    static final class Request {
        private final byte[] passphrase;
        private final ScryptParameters parameters;

        Request(byte[] passphrase, ScryptParameters parameters) {
            this.passphrase = passphrase.clone();
            this.parameters = parameters;
        }

        void wipe() {
            Arrays.fill(passphrase, (byte) 0);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Request that
                    && parameters.equals(that.parameters) && Arrays.equals(passphrase, that.passphrase);
        }

        @Override
        public int hashCode() {
            return parameters.hashCode();
        }
    }
}
