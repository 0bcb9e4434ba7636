// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.io.SliceSource;
import org.qbfs.openssl.Hmac;
import org.qbfs.openssl.MacAlgorithm;
import org.qbfs.scrypt.ChunkMac;
import org.qbfs.scrypt.CtrSource;
import org.qbfs.scrypt.KeyDerivation;
import org.qbfs.scrypt.ScryptHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the chunks of version 4: each is a file of the scrypt format under {@code
 * <backup ID>!<chunk name>!<passphrase>} (qubes-core-admin {@code qubes/backup.py}). The key of a chunk is
 * kept once it is derived. Safe for many threads.
 */
public final class ScryptChunkOpener implements ChunkOpener {
    private static final Logger LOG = LoggerFactory.getLogger(ScryptChunkOpener.class);
    /** Sets the key of the index apart from all others that come of the header's. */
    private static final byte[] INDEX_KEY = "qbfs index 1".getBytes(StandardCharsets.US_ASCII);
    private static final int OVERHEAD = ScryptHeader.LENGTH + ScryptHeader.MAC_LENGTH;

    private final ByteSource file;
    private final ChunkPlaces places;
    private final String backupId;
    private final Passphrase passphrase;
    private final KeyDerivation keys;
    private final Executor background;
    private final PartCache cache;
    private final ChunkMemory memory;
    private final Map<Member, Opened> opened = new ConcurrentHashMap<>();
    /** Members whose key does not open them, which is not found out again for each read: it costs a derivation. */
    private final Map<Member, QbfsException> refused = new ConcurrentHashMap<>();
    /** Members whose header was wrong at first, and right when it was read again. */
    private final Set<Member> unstable = ConcurrentHashMap.newKeySet();
    private final Set<Chunk> preparing = ConcurrentHashMap.newKeySet();
    /** Chunks that cannot be made ready, which is left to whoever reads them: it may have cost a derivation. */
    private final Set<Chunk> unready = ConcurrentHashMap.newKeySet();

    /** A chunk whose key is known: what checks it, its plaintext, and the key. */
    private record Opened(AuthenticatedSource ciphertext, ByteSource plaintext, byte[] key) {}

    /**
     * The header as its MAC member has it.
     *
     * @param text its bytes
     * @param indexKey a key that only the header's own leads to, for what is kept about this backup
     */
    public record Header(byte[] text, byte[] indexKey) {}

    /** Opens chunks at {@code places}; {@code background} makes chunks ready, and may refuse to. */
    public ScryptChunkOpener(ChunkPlaces places, String backupId, Passphrase passphrase, KeyDerivation keys,
            Executor background, PartCache cache, ChunkMemory memory) {
        this.file = places.file();
        this.places = places;
        this.backupId = backupId;
        this.passphrase = passphrase;
        this.keys = keys;
        this.background = background;
        this.cache = cache;
        this.memory = memory;
    }

    /**
     * The contents of {@code backup-header} as {@code backup-header.hmac} has them, which is the header in
     * the scrypt format under {@code backup-header!<passphrase>}.
     *
     * @throws WrongPassphrase if the passphrase does not open it
     */
    public Header openHeader(Member headerMac) throws IOException {
        Place place = Place.of(headerMac.name());
        if (headerMac.size() > BackupHeader.MOST_BYTES) {
            throw new CorruptData("a MAC of " + headerMac.size() + " bytes", place);
        }
        Opened header = unlock(headerMac, Catalog.HEADER, place,
                () -> new WrongPassphrase("the passphrase does not open the backup", Place.NONE));
        ByteSource plaintext = header.plaintext();
        return new Header(plaintext.readBytes(0, (int) plaintext.size()),
                indexKey(header.key()));
    }

    private static byte[] indexKey(byte[] key) throws IOException {
        Hmac mac = MacAlgorithm.named("sha256").newMac(key);
        mac.update(INDEX_KEY, 0, INDEX_KEY.length);
        return mac.finish();
    }

    @Override
    public long openedSize(Chunk chunk) {
        return Math.max(0, chunk.member().size() - OVERHEAD);
    }

    @Override
    public ByteSource open(Chunk chunk) throws IOException {
        return unlock(chunk).plaintext();
    }

    @Override
    public boolean authenticate(Chunk chunk) throws IOException {
        AuthenticatedSource source = unlock(chunk).ciphertext();
        source.authenticate();
        return !source.isUnstable() && !unstable.contains(chunk.member());
    }

    private Opened unlock(Chunk chunk) throws IOException {
        Chunk here = places.confirmed(chunk);
        Opened known = opened.get(here.member());
        // Nearly every read ends here, so that nothing is put together for a message that nobody will see.
        return known != null ? known : unlock(here.member(), prefix(here), here.place(file.name()), () -> new CorruptData(
                "the chunk's key does not open it: damaged, or moved here from another place",
                here.place(file.name())));
    }

    @Override
    public void prepare(Chunk chunk) {
        prepare(chunk, KeyDerivation.Priority.SOON);
    }

    /** Says that {@code chunk} is waited for already: its key is derived together with others like it. Returns at once. */
    public void hurry(Chunk chunk) {
        prepare(chunk, KeyDerivation.Priority.URGENT);
    }

    @Override
    public CompletableFuture<Void> learn(Chunk chunk) {
        return prepare(chunk, KeyDerivation.Priority.BACKGROUND);
    }

    /** Derives the key of {@code chunk} and makes the pass over it; complete when both are done or have failed. */
    private CompletableFuture<Void> prepare(Chunk chunk, KeyDerivation.Priority priority) {
        // A reader that goes forward asks for the same chunks at each of its reads.
        Opened known = opened.get(chunk.member());
        if (known != null && known.ciphertext().isReady() || unready.contains(chunk) || !preparing.add(chunk)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.whenComplete((nothing, failure) -> preparing.remove(chunk));
        runInBackground(chunk, done, () -> {
            Chunk here = places.confirmed(chunk);
            Member member = here.member();
            Place place = here.place(file.name());
            ScryptHeader header = header(member, place);
            if (opened.containsKey(member) || memory.key(member).isPresent()) {
                unlock(chunk).ciphertext().prepare();
                done.complete(null);
                return;
            }
            derive(header, prefix(chunk), priority).whenComplete((key, failure) -> {
                if (failure != null) {
                    done.complete(null);
                } else {
                    runInBackground(chunk, done, () -> {
                        if (adopt(member, header, key, place).isPresent()) {
                            unlock(chunk).ciphertext().prepare();
                        } else {
                            unready.add(chunk);
                        }
                        done.complete(null);
                    });
                }
            });
        });
        return done;
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Runs {@code step}; where it fails, {@code done} is complete: whoever reads the chunk gets the error and says it. */
    private void runInBackground(Chunk chunk, CompletableFuture<Void> done, Step step) {
        try {
            background.execute(() -> {
                try {
                    step.run();
                } catch (IOException | RuntimeException e) {
                    LOG.debug("{} could not be made ready: {}", chunk.member().name(), e.toString());
                    if (e instanceof CorruptData || e instanceof TruncatedData) {
                        unready.add(chunk);
                    }
                    done.complete(null);
                }
            });
        } catch (RejectedExecutionException e) {
            done.complete(null);
        }
    }

    private String prefix(Chunk chunk) {
        return backupId + "!" + chunk.name();
    }

    private Opened unlock(Member member, String prefix, Place place, Supplier<QbfsException> wrong)
            throws IOException {
        Opened known = opened.get(member);
        if (known != null) {
            return known;
        }
        QbfsException refusal = refused.get(member);
        if (refusal != null) {
            throw refusal.within(Place.NONE);
        }
        Optional<Opened> mine = unlock(member, header(member, place), prefix, place);
        if (mine.isEmpty()) {
            mine = unlockAfterReadingAgain(member, prefix, place);
        }
        if (mine.isEmpty()) {
            QbfsException why = wrong.get();
            refused.put(member, why);
            throw why;
        }
        return mine.get();
    }

    /** Nothing if the key that {@code header} leads to does not open the member. */
    private Optional<Opened> unlock(Member member, ScryptHeader header, String prefix, Place place) throws IOException {
        Optional<byte[]> remembered = memory.key(member);
        if (remembered.isPresent()) {
            Optional<Opened> known = adopt(member, header, remembered.get(), place);
            if (known.isPresent()) {
                return known;
            }
        }
        return adopt(member, header, join(derive(header, prefix, KeyDerivation.Priority.URGENT), place), place);
    }

    /** Opens the member with {@code key}, which is wiped; nothing if it does not fit. */
    private Optional<Opened> adopt(Member member, ScryptHeader header, byte[] key, Place place) throws IOException {
        try {
            if (!header.opensWith(key)) {
                return Optional.empty();
            }
            Opened mine = opened(member, key, place);
            Opened other = opened.putIfAbsent(member, mine);
            if (other == null) {
                memory.keepKey(member, key);
            }
            return Optional.of(other == null ? mine : other);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** A second derivation is made only if the medium has another header than memory had. */
    private Optional<Opened> unlockAfterReadingAgain(Member member, String prefix, Place place) throws IOException {
        byte[] before = slice(member).readBytes(0, ScryptHeader.LENGTH);
        slice(member).dropCached(0, ScryptHeader.LENGTH);
        if (Arrays.equals(before, slice(member).readBytes(0, ScryptHeader.LENGTH))) {
            return Optional.empty();
        }
        Optional<Opened> again = unlock(member, header(member, place), prefix, place);
        again.ifPresent(sound -> becameSound(member, place));
        return again;
    }

    private void becameSound(Member member, Place place) {
        unstable.add(member);
        LOG.warn("{}: the header was wrong, and right when it was read again: the medium, its cable or this "
                + "machine's memory is unstable", place);
    }

    private Opened opened(Member member, byte[] key, Place place) throws IOException {
        ByteSource whole = slice(member);
        long macOffset = member.size() - ScryptHeader.MAC_LENGTH;
        byte[] expected = whole.readBytes(macOffset, ScryptHeader.MAC_LENGTH);
        byte[] kept = key.clone();
        AuthenticatedSource ciphertext = new AuthenticatedSource(new SliceSource(member.name(), whole, 0, macOffset), member,
                place, () -> authentication(kept, expected), cache, memory);
        ByteSource data = new SliceSource(member.name(), ciphertext, ScryptHeader.LENGTH,
                macOffset - ScryptHeader.LENGTH);
        return new Opened(ciphertext, new CtrSource(member.name() + " (plaintext)", data, key), kept);
    }

    private static Authentication authentication(byte[] key, byte[] expected) {
        ChunkMac mac = ChunkMac.of(key);
        return new Authentication() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                mac.update(bytes, offset, length);
            }

            @Override
            public boolean matches() {
                return mac.matches(expected);
            }
        };
    }

    private CompletableFuture<byte[]> derive(ScryptHeader header, String prefix, KeyDerivation.Priority priority) {
        byte[] secret = passphrase.with(prefix);
        try {
            return keys.derive(secret, header.parameters(), priority);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private ScryptHeader header(Member member, Place place) throws IOException {
        if (!member.complete() || member.size() < OVERHEAD) {
            throw new TruncatedData("the chunk is cut off, so it cannot be authenticated", place);
        }
        try {
            return parseHeader(member, place);
        } catch (CorruptData e) {
            slice(member).dropCached(0, ScryptHeader.LENGTH);
            ScryptHeader sound = parseHeader(member, place);
            becameSound(member, place);
            return sound;
        }
    }

    private ScryptHeader parseHeader(Member member, Place place) throws IOException {
        try {
            return ScryptHeader.parse(slice(member).readBytes(0, ScryptHeader.LENGTH), member.name());
        } catch (QbfsException e) {
            throw e.within(place);
        }
    }

    private ByteSource slice(Member member) {
        return new SliceSource(member.name(), file, member.dataOffset(), member.size());
    }

    private static byte[] join(CompletableFuture<byte[]> key, Place place) throws IOException {
        try {
            return key.join();
        } catch (CancellationException e) {
            throw new ClosedChannelException();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case QbfsException limit -> throw limit.within(place);
                case CancellationException closed -> throw new ClosedChannelException();
                default -> throw e;
            }
        }
    }
}
