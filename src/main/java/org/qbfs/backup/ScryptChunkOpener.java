// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Map;
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
    private static final int OVERHEAD = ScryptHeader.LENGTH + ScryptHeader.MAC_LENGTH;

    private final ByteSource file;
    private final String backupId;
    private final Passphrase passphrase;
    private final KeyDerivation keys;
    private final Executor background;
    private final PartCache cache;
    private final Map<Member, Opened> opened = new ConcurrentHashMap<>();
    private final Set<Chunk> preparing = ConcurrentHashMap.newKeySet();

    /** A chunk whose key is known: what checks it, and its plaintext. */
    private record Opened(AuthenticatedSource ciphertext, ByteSource plaintext) {}

    /** Opens chunks of {@code file}; {@code background} makes chunks ready, and may refuse to. */
    public ScryptChunkOpener(ByteSource file, String backupId, Passphrase passphrase, KeyDerivation keys,
            Executor background, PartCache cache) {
        this.file = file;
        this.backupId = backupId;
        this.passphrase = passphrase;
        this.keys = keys;
        this.background = background;
        this.cache = cache;
    }

    /**
     * The contents of {@code backup-header} as {@code backup-header.hmac} has them, which is the header in
     * the scrypt format under {@code backup-header!<passphrase>}.
     *
     * @throws WrongPassphrase if the passphrase does not open it
     */
    public byte[] openHeader(Member headerMac) throws IOException {
        Place place = Place.of(headerMac.name());
        if (headerMac.size() > BackupHeader.MOST_BYTES) {
            throw new CorruptData("a MAC of " + headerMac.size() + " bytes", place);
        }
        ByteSource plaintext = unlock(headerMac, Catalog.HEADER, place,
                () -> new WrongPassphrase("the passphrase does not open the backup", Place.NONE)).plaintext();
        return plaintext.readBytes(0, (int) plaintext.size());
    }

    @Override
    public long openedSize(Chunk chunk) {
        return Math.max(0, chunk.member().size() - OVERHEAD);
    }

    @Override
    public ByteSource open(Chunk chunk) throws IOException {
        return unlock(chunk).plaintext();
    }

    private Opened unlock(Chunk chunk) throws IOException {
        return unlock(chunk.member(), prefix(chunk), chunk.place(file.name()), () -> new CorruptData(
                "the chunk's key does not open it: damaged, or moved here from another place",
                chunk.place(file.name())));
    }

    @Override
    public void prepare(Chunk chunk) {
        if (opened.containsKey(chunk.member()) || !preparing.add(chunk)) {
            return;
        }
        runInBackground(chunk, () -> {
            CompletableFuture<byte[]> key = derive(chunk.member(), prefix(chunk),
                    chunk.place(file.name()), KeyDerivation.Priority.SOON);
            key.whenComplete((bytes, failure) -> {
                if (failure == null) {
                    Arrays.fill(bytes, (byte) 0);
                    runInBackground(chunk, () -> unlock(chunk).ciphertext().authenticate());
                }
            });
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private void runInBackground(Chunk chunk, Step step) {
        try {
            background.execute(() -> {
                try {
                    step.run();
                } catch (IOException | CancellationException e) {
                    // Whoever reads the chunk gets the same error, and says it.
                    LOG.debug("{} could not be made ready: {}", chunk.member().name(), e.toString());
                }
            });
        } catch (RejectedExecutionException e) {
            preparing.remove(chunk);
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
        byte[] key = join(derive(member, prefix, place, KeyDerivation.Priority.URGENT), place);
        try {
            if (!header(member, place).opensWith(key)) {
                throw wrong.get();
            }
            Opened mine = opened(member, key, place);
            Opened other = opened.putIfAbsent(member, mine);
            return other == null ? mine : other;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private Opened opened(Member member, byte[] key, Place place) throws IOException {
        ByteSource whole = slice(member);
        long macOffset = member.size() - ScryptHeader.MAC_LENGTH;
        byte[] expected = whole.readBytes(macOffset, ScryptHeader.MAC_LENGTH);
        byte[] macKey = key.clone();
        AuthenticatedSource ciphertext = new AuthenticatedSource(
                new SliceSource(member.name(), whole, 0, macOffset), place, () -> authentication(macKey, expected), cache);
        ByteSource data = new SliceSource(member.name(), ciphertext, ScryptHeader.LENGTH,
                macOffset - ScryptHeader.LENGTH);
        return new Opened(ciphertext, new CtrSource(member.name() + " (plaintext)", data, key));
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

    private CompletableFuture<byte[]> derive(Member member, String prefix, Place place, KeyDerivation.Priority priority)
            throws IOException {
        ScryptHeader header = header(member, place);
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
        ByteBuffer header = ByteBuffer.allocate(ScryptHeader.LENGTH);
        slice(member).read(0, header);
        try {
            return ScryptHeader.parse(header.array(), member.name());
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
