// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;

/**
 * Derives keys on a bounded number of threads, with tables within a bounded memory.
 *
 * <p>Each thread steps up to 16 lanes at once in vectors, and a lane comes or goes between any two steps: a
 * key that is asked for does not wait for a batch to end. By how many lanes a thread has, they are stepped in one
 * vector, in four, or one after the other in the integer registers, whichever is fastest on this processor
 * ({@link KernelSpeeds}).
 *
 * <p>Where full tables for all lanes exceed the memory, each gets a smaller one of which a part of the rows
 * is computed again when it is looked up ({@link Table}): many lanes with small tables are done before few
 * with full ones. What is urgent gets the largest tables, and takes them from what is not.
 *
 * <p>Tables are kept for {@value #IDLE_SECONDS} seconds after the last use, then zeroed and given back to the
 * system, as they are at {@link #close}: rows of a table let someone check guesses of the passphrase at no
 * cost. Zeroing takes 0.06 to 0.12 s for a GiB (measured), so it is not done between two keys.
 */
public final class ScheduledKeyDerivation implements KeyDerivation {
    private static final int MAX_PENDING = 4096;
    /**
     * How many lanes a thread steps while one of them is urgent; more would delay it by their memory traffic. In the
     * integer registers an urgent lane is delayed by any other.
     */
    private static final int URGENT_COMPANY = 4;
    /** How long idle threads wait for more requests before they start the first, so that a batch is planned as one. */
    private static final long GATHER_MILLIS = 5;
    /**
     * The least stride of a table that nobody waits for: a quarter of the memory and of the page faults of a
     * full one, for 30 to 40 % more time of a lane among many (measured, 16 lanes, N = 2^17: 0.067 s a key
     * instead of 0.047).
     */
    private static final int THRIFTY_STRIDE = 4;
    private static final int IDLE_SECONDS = 10;
    /** With more processors, some are left to the compiler. */
    private static final int FEW_PROCESSORS = 2;
    private static final long KERNEL_POLL_NANOS = 2_000_000;
    private static final Comparator<Lane> BY_PRIORITY = Comparator.comparing(Lane::derivation, Derivation.ORDER);

    private final long memoryBudget;
    /**
     * Whether threads with lanes leave no processor to the compiler: then they wait for a kernel. Measured, 6 lanes on two
     * processors: compiled 0.6 s after it was asked for, and 1.8 s where lanes were stepped in the integer registers meanwhile,
     * which took them as far as the kernel does in 0.3 s.
     */
    private final boolean awaitsKernels;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Guards all that follows, and what derivations, lanes and workers say that it guards. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Derivation.Request, Derivation> pending = new HashMap<>();
    /** Those of {@link #pending} with blocks that no lane works on. */
    private final TreeSet<Derivation> waiting = new TreeSet<>(Derivation.ORDER);
    /** The lanes that have a table; none is dropped. */
    private final List<Lane> started = new ArrayList<>();
    /** Pages of dropped lanes that a worker still has. */
    private int pagesComing;
    private TableMemory tables;
    /** Whether what workers should do is to be thought over. */
    private boolean stale;
    private long requests;

    /** Written under the lock; read by lanes between two rows. */
    private volatile boolean closed;
    /** Whether any lane has a table. Written under the lock; read without it. */
    private volatile boolean deriving;

    private ScheduledKeyDerivation(long memoryBudget, int threadCount, Function<BooleanSupplier, KernelChoice> kernels) {
        this.memoryBudget = memoryBudget;
        int processors = Runtime.getRuntime().availableProcessors();
        this.awaitsKernels = processors <= FEW_PROCESSORS && threadCount >= processors;
        KernelChoice choice = kernels.apply(() -> closed || !deriving);
        for (int i = 0; i < threadCount; i++) {
            Worker worker = new Worker(choice);
            workers.add(worker);
            threads.add(Thread.ofPlatform().daemon().name("scrypt-" + i).unstarted(() -> work(worker)));
        }
    }

    /**
     * A key derivation on {@code workers} threads, with tables of {@code memoryBudgetBytes} in all. Takes
     * no memory before the first request.
     *
     * @param memoryBudgetBytes if 0 or less, a quarter of the memory of the machine or its container, or
     *     less if less is free
     */
    public static ScheduledKeyDerivation create(long memoryBudgetBytes, int workers) {
        return create(memoryBudgetBytes, workers,
                idle -> new KernelSpeeds(VectorModule.isThere() ? VectorKernels.all() : List.of(), idle));
    }

    /** With kernels chosen by what {@code kernels} gives, which is told how to see whether no key is being derived. */
    static ScheduledKeyDerivation create(long memoryBudgetBytes, int workers, Function<BooleanSupplier, KernelChoice> kernels) {
        long budget = memoryBudgetBytes > 0 ? memoryBudgetBytes : MachineMemory.defaultBudget();
        ScheduledKeyDerivation created = new ScheduledKeyDerivation(budget, workers, kernels);
        created.threads.forEach(Thread::start);
        return created;
    }

    @Override
    public CompletableFuture<byte[]> derive(byte[] passphrase, ScryptParameters parameters, Priority priority) {
        CompletableFuture<byte[]> future = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(new CancellationException("key derivation is closed"));
            }
            checkLimits(parameters);
            Derivation.Request request = new Derivation.Request(passphrase, parameters);
            Derivation derivation = pending.get(request);
            if (derivation == null) {
                derivation = new Derivation(request, priority, requests++);
                pending.put(request, derivation);
                waiting.add(derivation);
            } else {
                request.wipe();
                raise(derivation, priority);
            }
            derivation.addWaiting(future);
            stale = true;
            changed.signalAll();
        } catch (QbfsException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            lock.unlock();
        }
        future.whenComplete((key, failure) -> {
            if (future.isCancelled()) {
                dropAbandoned();
            }
        });
        return future;
    }

    /** How many derivations are waiting or being computed. */
    int pending() {
        lock.lock();
        try {
            return pending.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many lanes have a table. */
    int startedLanes() {
        lock.lock();
        try {
            return started.size();
        } finally {
            lock.unlock();
        }
    }

    private void checkLimits(ScryptParameters parameters) throws ResourceLimit {
        if (pending.size() >= MAX_PENDING) {
            throw new ResourceLimit("too many key derivations at once", pending.size() + 1, MAX_PENDING, Place.NONE);
        }
        if (tables == null) {
            tables = TableMemory.reserve(memoryBudget);
        }
        long pages = Table.pagesNeeded(parameters, Table.MAX_STRIDE, tables.pageBytes());
        if (pages > tables.pages()) {
            long least = Math.ceilDiv(parameters.tableBytes(), (long) Table.MAX_STRIDE);
            throw new ResourceLimit("the key derivation (" + parameters + ") needs a table of " + parameters.tableBytes()
                    + " bytes, at the very least " + least + ", and the limit is " + memoryBudget, least, memoryBudget, Place.NONE);
        }
    }

    private void raise(Derivation derivation, Priority priority) {
        if (priority.compareTo(derivation.priority()) < 0) {
            boolean waits = waiting.remove(derivation);
            derivation.raiseTo(priority);
            if (waits) {
                waiting.add(derivation);
            }
        }
    }

    private void dropAbandoned() {
        lock.lock();
        try {
            for (Derivation derivation : List.copyOf(pending.values())) {
                if (derivation.isAbandoned()) {
                    pending.remove(derivation.request());
                    waiting.remove(derivation);
                    for (Lane lane : List.copyOf(started)) {
                        if (lane.derivation() == derivation) {
                            drop(lane);
                        }
                    }
                    derivation.wipe();
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<CompletableFuture<byte[]>> cancelled = stop();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        lock.lock();
        try {
            if (tables != null) {
                tables.close();
                tables = null;
            }
        } finally {
            lock.unlock();
        }
        cancelled.forEach(future -> future.completeExceptionally(new CancellationException("key derivation is closed")));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes all requests away from the workers; gives those who wait for them. */
    private List<CompletableFuture<byte[]>> stop() {
        List<CompletableFuture<byte[]>> futures = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            pending.values().forEach(derivation -> futures.addAll(derivation.waiting()));
            pending.clear();
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return futures;
    }

    // The rest is done by the workers.

    private void work(Worker worker) {
        try {
            List<Lane> finished = List.of();
            while (plan(worker, finished)) {
                finished = worker.run(() -> closed);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            // Nobody interrupts a worker, so this is a mistake of ours; those who wait must hear of it.
            stop().forEach(future -> future.completeExceptionally(e));
        } finally {
            worker.wipe();
        }
    }

    /** Accounts for finished lanes, and gives {@code worker} those that it should have, once there are any; false when closed. */
    private boolean plan(Worker worker, List<Lane> finished) throws InterruptedException {
        accountFor(worker, finished).forEach(this::complete);
        lock.lock();
        try {
            while (!closed) {
                if (stale) {
                    stale = false;
                    startWaiting();
                    assign();
                    changed.signalAll();
                }
                releaseUnplanned(worker);
                if (stale) {
                    continue;
                }
                worker.takePlanned();
                if (awaitsKernels && worker.awaitsKernel()) {
                    changed.awaitNanos(KERNEL_POLL_NANOS);
                } else if (!worker.held().isEmpty()) {
                    return true;
                } else {
                    awaitWork();
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes finished lanes from {@code worker}; gives the derivations that they complete. */
    private List<Derivation> accountFor(Worker worker, List<Lane> finished) {
        if (finished.isEmpty()) {
            return List.of();
        }
        List<Derivation> complete = new ArrayList<>();
        lock.lock();
        try {
            for (Lane lane : finished) {
                finish(worker, lane, complete);
            }
            stale = true;
        } finally {
            lock.unlock();
        }
        return complete;
    }

    private void finish(Worker worker, Lane lane, List<Derivation> complete) {
        worker.release(lane);
        if (lane.dropped) {
            freeDropped(lane);
            return;
        }
        lane.finish();
        started.remove(lane);
        deriving = !started.isEmpty();
        tables.giveBack(lane.pages());
        if (lane.derivation().finishOne()) {
            complete.add(lane.derivation());
        }
    }

    /** Makes the key, without the lock, and hands it out on another thread, where callers may do what they like. */
    private void complete(Derivation derivation) {
        byte[] key = derivation.key();
        List<CompletableFuture<byte[]>> futures;
        lock.lock();
        try {
            if (pending.get(derivation.request()) != derivation) {
                return;
            }
            pending.remove(derivation.request());
            derivation.wipe();
            futures = derivation.waiting();
        } finally {
            lock.unlock();
        }
        List<byte[]> copies = futures.stream().map(future -> key.clone()).toList();
        Arrays.fill(key, (byte) 0);
        Thread.ofVirtual().name("scrypt-done").start(() -> {
            for (int i = 0; i < copies.size(); i++) {
                futures.get(i).complete(copies.get(i));
            }
        });
    }

    private void releaseUnplanned(Worker worker) {
        for (Lane lane : List.copyOf(worker.held())) {
            if (lane.planned != worker) {
                worker.release(lane);
                if (lane.dropped) {
                    freeDropped(lane);
                }
                changed.signalAll();
            }
        }
    }

    /** Gives up a lane; its table is free once no worker has it. */
    private void drop(Lane lane) {
        started.remove(lane);
        deriving = !started.isEmpty();
        lane.dropped = true;
        lane.planned = null;
        pagesComing += lane.pages().length;
        if (lane.holder == null) {
            freeDropped(lane);
        }
        stale = true;
    }

    private void freeDropped(Lane lane) {
        tables.giveBack(lane.pages());
        pagesComing -= lane.pages().length;
        stale = true;
    }

    /** Starts lanes for what waits, in its order, as long as there are places and memory. */
    private void startWaiting() {
        while (!waiting.isEmpty()) {
            Derivation next = waiting.first();
            int stride = started.size() < places() ? strideFor(next) : 0;
            if (stride == 0) {
                if (next.isUrgent()) {
                    makeRoomFor(next);
                }
                return;
            }
            int pages = (int) Table.pagesNeeded(next.parameters(), stride, tables.pageBytes());
            Table table = new Table(tables.take(pages), tables.pageBytes(), next.parameters(), stride);
            started.add(new Lane(next, next.start(), table, tables.memory()));
            deriving = true;
            if (next.unstarted() == 0) {
                waiting.remove(next);
            }
        }
    }

    private int places() {
        return workers.stream().mapToInt(Worker::capacity).sum();
    }

    /** The stride of a table for a lane that is started now; 0 if it has to wait for memory. */
    private int strideFor(Derivation next) {
        int fair = fairStride(next);
        int most = started.isEmpty() && pagesComing == 0 ? Table.MAX_STRIDE : Math.min(Table.MAX_STRIDE, 2 * fair);
        return smallestStride(next, tables.freePages(), fair, most);
    }

    /** The stride with which all that compete with {@code next} would have their tables at once. */
    private int fairStride(Derivation next) {
        long lanes = started.stream().filter(lane -> competes(lane.derivation(), next)).count()
                + waiting.stream().filter(other -> competes(other, next)).mapToLong(Derivation::unstarted).sum();
        // What nobody waits for yet leaves room for a key that somebody will.
        int share = tables.pages() / (int) Math.min(next.isUrgent() ? lanes : lanes + 1, places());
        int stride = smallestStride(next, share, leastStride(next.priority(), lanes), Table.MAX_STRIDE);
        return stride == 0 ? Table.MAX_STRIDE : stride;
    }

    /**
     * For several keys that somebody waits for, a stride of 2 costs little where memory is at hand, and saves much where
     * it is not and that did not show in the first pages (measured, N = 2^20 on two threads, strides 1, 2 and 4: two keys
     * 1.9, 2.3 and 3.1 s in memory at hand, 4.5, 2.8 and 3.4 s in fresh memory; four keys 2.7, 3.3 and 4.4 s against 8.4,
     * 5.1 and 5.8 s).
     */
    private int leastStride(Priority priority, long lanes) {
        if (priority == Priority.BACKGROUND) {
            return THRIFTY_STRIDE;
        }
        return (int) (tables.isSlowToGet() ? Math.min(lanes + 1, THRIFTY_STRIDE) : Math.min(lanes, 2));
    }

    private static boolean competes(Derivation other, Derivation next) {
        return !next.isUrgent() || other.isUrgent();
    }

    private int smallestStride(Derivation next, int pages, int from, int to) {
        for (int stride = from; stride <= to; stride++) {
            if (Table.pagesNeeded(next.parameters(), stride, tables.pageBytes()) <= pages) {
                return stride;
            }
        }
        return 0;
    }

    /** Drops lanes that are not urgent, those with the least progress first, until {@code urgent} can be started. */
    private void makeRoomFor(Derivation urgent) {
        int stride = Math.min(Table.MAX_STRIDE, 2 * fairStride(urgent));
        long pages = Table.pagesNeeded(urgent.parameters(), stride, tables.pageBytes());
        List<Lane> victims = new ArrayList<>(started);
        victims.removeIf(lane -> lane.derivation().isUrgent());
        victims.sort(Comparator.<Lane, Priority>comparing(lane -> lane.derivation().priority()).reversed()
                .thenComparingLong(Lane::progress));
        for (Lane victim : victims) {
            if (tables.freePages() + pagesComing >= pages && started.size() < places()) {
                return;
            }
            victim.derivation().restart(victim.index());
            waiting.add(victim.derivation());
            drop(victim);
        }
    }

    /** Decides which worker should have which lane: the most urgent first, spread evenly. */
    private void assign() {
        workers.forEach(worker -> worker.planned.clear());
        started.sort(BY_PRIORITY);
        for (Lane lane : started) {
            lane.planned = workers.stream()
                    .filter(worker -> accepts(worker, lane))
                    .min(Comparator.<Worker>comparingInt(worker -> worker.planned.size()).thenComparing(worker -> worker != lane.holder))
                    .orElse(null);
            if (lane.planned != null) {
                lane.planned.planned.add(lane);
            }
        }
    }

    private static boolean accepts(Worker worker, Lane lane) {
        if (worker.planned.isEmpty()) {
            return true;
        }
        int capacity = worker.capacity();
        if (worker.hasUrgent() && !lane.derivation().isUrgent()) {
            capacity = worker.hasVectors(URGENT_COMPANY) ? Math.min(capacity, URGENT_COMPANY) : 1;
        }
        return worker.planned.size() < capacity && worker.planned.get(0).r() == lane.r();
    }

    /** Waits for something to change; while nothing is asked for, gives memory back. */
    private void awaitWork() throws InterruptedException {
        if (!isIdle()) {
            populateOrAwait();
            return;
        }
        long left = TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
        while (isIdle() && left > 0) {
            left = changed.awaitNanos(left);
        }
        while (isIdle() && tables != null && tables.wipeSome()) {
            changed.awaitNanos(1);
        }
        while (isIdle()) {
            changed.await();
        }
        left = TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        while (!closed && left > 0) {
            left = changed.awaitNanos(left);
        }
    }

    /** A thread without a lane takes page faults off one that has: they are a good part of the time of a single key. */
    private void populateOrAwait() throws InterruptedException {
        for (Lane lane : started) {
            int page = lane.pageToPopulate();
            if (page >= 0) {
                TableMemory memory = tables;
                lock.unlock();
                try {
                    memory.populate(page);
                } finally {
                    lock.lock();
                }
                return;
            }
        }
        changed.await();
    }

    private boolean isIdle() {
        return started.isEmpty() && waiting.isEmpty() && !closed;
    }
}
