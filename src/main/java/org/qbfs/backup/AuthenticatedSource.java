// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.io.ByteSource;
import org.qbfs.io.Clamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one chunk as they are in the backup file, none of which is given out before the chunk's MAC
 * has been checked over the whole chunk. The first read costs a pass over the chunk; later reads check
 * each part against the hash that this pass took, so that a file that changes is noticed. A failed MAC is
 * believed only when reading the chunk again, past the page cache, gives it again.
 *
 * <p>Safe for many threads: the first reader makes the pass, others of the same chunk wait for it.
 */
final class AuthenticatedSource implements ByteSource {
    private static final Logger LOG = LoggerFactory.getLogger(AuthenticatedSource.class);

    private final ByteSource untrusted;
    private final Place place;
    private final Supplier<Authentication> authentication;
    private final PartCache cache;
    private final ChunkMemory memory;
    private final Member member;
    /** The pass over the chunk: none yet, under way, or done; damage stays. */
    private final AtomicReference<CompletableFuture<PartHashes>> pass = new AtomicReference<>();
    /** Hashes of an earlier process, which stand for the pass until one of them does not fit. */
    private final AtomicReference<PartHashes> remembered = new AtomicReference<>();
    private volatile boolean unstable;

    /**
     * Guards {@code untrusted}, the part of {@code member} that its MAC covers, at {@code place}.
     *
     * @param authentication begins the check of all bytes of {@code untrusted}
     */
    AuthenticatedSource(ByteSource untrusted, Member member, Place place, Supplier<Authentication> authentication,
            PartCache cache, ChunkMemory memory) throws IOException {
        this.untrusted = untrusted;
        this.place = place;
        this.authentication = authentication;
        this.cache = cache;
        this.memory = memory;
        this.member = member;
        Optional<byte[]> hashes = memory.hashes(member);
        if (hashes.isPresent()) {
            remembered.set(PartHashes.of(hashes.get(), untrusted.size()).orElse(null));
        }
    }

    @Override
    public long size() throws IOException {
        return untrusted.size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        int wanted = Clamp.length(position, dst.remaining(), size());
        hashes();
        for (int done = 0; done < wanted; ) {
            long at = position + done;
            int part = (int) (at / PartHashes.PART);
            byte[] bytes = part(part);
            int from = (int) (at % PartHashes.PART);
            int length = Math.min(wanted - done, bytes.length - from);
            dst.put(bytes, from, length);
            done += length;
        }
        return wanted;
    }

    /** Hashes that are known to be right, from an earlier process or from a pass that this one makes. */
    private PartHashes hashes() throws IOException {
        PartHashes known = remembered.get();
        return known != null ? known : authenticate();
    }

    /** Whether {@link #prepare} has nothing left to do. */
    boolean isReady() {
        CompletableFuture<PartHashes> mine = pass.get();
        return remembered.get() != null || mine != null && mine.isDone();
    }

    /** Makes the chunk ready to be read: the pass over it, unless its hashes are remembered. */
    void prepare() throws IOException {
        hashes();
    }

    /**
     * Makes sure that the chunk has been authenticated by this process.
     *
     * @throws CorruptData if its MAC is wrong
     */
    PartHashes authenticate() throws IOException {
        CompletableFuture<PartHashes> mine = new CompletableFuture<>();
        CompletableFuture<PartHashes> other = pass.compareAndExchange(null, mine);
        if (other != null) {
            return wait(other);
        }
        try {
            PartHashes hashes = check();
            memory.keepHashes(member, hashes.bytes());
            mine.complete(hashes);
        } catch (Throwable e) {
            if (!(e instanceof CorruptData)) {
                // Not a fact about the chunk: the next reader tries again.
                pass.set(null);
            }
            mine.completeExceptionally(e);
        }
        return wait(mine);
    }

    /** Whether the MAC was wrong at first, and right when the chunk was read again. */
    boolean isUnstable() {
        return unstable;
    }

    private static PartHashes wait(CompletableFuture<PartHashes> pass) throws IOException {
        try {
            return pass.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case QbfsException damage -> throw damage.within(Place.NONE);
                case ClosedChannelException closed -> throw new ClosedChannelException();
                case IOException io -> throw new IOException(io.toString(), io);
                default -> throw e;
            }
        }
    }

    private PartHashes check() throws IOException {
        Optional<PartHashes> first = pass();
        if (first.isPresent()) {
            return first.get();
        }
        // What is in memory may be what a bad cable made of it, so the medium is asked.
        untrusted.dropCached(0, size());
        Optional<PartHashes> second = pass();
        if (second.isEmpty()) {
            throw new CorruptData("the chunk's MAC does not verify, so none of its bytes are used", place);
        }
        unstable = true;
        LOG.warn("{}: the MAC was wrong, and right when the chunk was read again: the medium, its cable or this "
                + "machine's memory is unstable", place);
        return second.get();
    }

    /** Reads the whole chunk once; nothing if its MAC is wrong. */
    private Optional<PartHashes> pass() throws IOException {
        Authentication mac = authentication.get();
        PartHashes hashes = new PartHashes(size());
        byte[] bytes = new byte[(int) Math.min(PartHashes.PART, size())];
        for (int part = 0; part * (long) PartHashes.PART < size(); part++) {
            int length = readPart(part, bytes);
            mac.update(bytes, 0, length);
            hashes.set(part, bytes, length);
        }
        return mac.matches() ? Optional.of(hashes) : Optional.empty();
    }

    private byte[] part(int part) throws IOException {
        PartHashes hashes = hashes();
        Optional<byte[]> cached = cache.get(this, part);
        if (cached.isPresent()) {
            return cached.get();
        }
        long start = part * (long) PartHashes.PART;
        byte[] bytes = new byte[(int) Math.min(PartHashes.PART, size() - start)];
        if (!isAuthentic(hashes, part, bytes)) {
            untrusted.dropCached(start, start + bytes.length);
            // What an earlier process remembered is believed less than the chunk's MAC.
            PartHashes known = remembered.compareAndSet(hashes, null) ? authenticate() : hashes;
            if (!isAuthentic(known, part, bytes)) {
                throw new CorruptData("the backup file has changed since this chunk was authenticated",
                        Place.of(untrusted.name(), start, start + bytes.length).within(place));
            }
        }
        cache.put(this, part, bytes);
        return bytes;
    }

    private boolean isAuthentic(PartHashes hashes, int part, byte[] bytes) throws IOException {
        readPart(part, bytes);
        return hashes.matches(part, bytes, bytes.length);
    }

    private int readPart(int part, byte[] bytes) throws IOException {
        ByteBuffer dst = ByteBuffer.wrap(bytes);
        return untrusted.read(part * (long) PartHashes.PART, dst);
    }

    @Override
    public String name() {
        return untrusted.name();
    }
}
