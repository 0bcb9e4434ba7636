// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.io.SliceSource;
import org.qbfs.openssl.Hmac;
import org.qbfs.openssl.HmacFile;
import org.qbfs.openssl.MacAlgorithm;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the chunks of versions 2 and 3: each has a member {@code <chunk>.hmac} beside it, the text output of
 * {@code openssl dgst -hmac <passphrase>} (the recovery pages of versions 2 and 3). What is opened is
 * still encrypted and compressed. The MAC does not bind the chunk's name. Safe for many threads.
 */
public final class HmacChunkOpener implements ChunkOpener {
    private static final Logger LOG = LoggerFactory.getLogger(HmacChunkOpener.class);
    private static final int MOST_MAC_BYTES = 4096;

    private final ByteSource file;
    private final ChunkPlaces places;
    private final MacAlgorithm algorithm;
    private final Passphrase passphrase;
    private final Executor background;
    private final PartCache cache;
    private final ChunkMemory memory;
    private final Map<Member, AuthenticatedSource> opened = new ConcurrentHashMap<>();

    /** Opens chunks at {@code places}; {@code background} makes chunks ready, and may refuse to. */
    public HmacChunkOpener(ChunkPlaces places, MacAlgorithm algorithm, Passphrase passphrase,
            Executor background, PartCache cache, ChunkMemory memory) {
        this.file = places.file();
        this.places = places;
        this.algorithm = algorithm;
        this.passphrase = passphrase;
        this.background = background;
        this.cache = cache;
        this.memory = memory;
    }

    /**
     * Checks {@code message} against the MAC of {@code mac} by every algorithm that is known, as upstream does:
     * the right one is named inside the message (qubes-core-admin-client {@code
     * qubesadmin/backup/restore.py}, {@code _verify_hmac} and {@code _retrieve_backup_header}).
     *
     * @throws WrongPassphrase if none fits
     */
    public static void verify(byte[] message, ByteSource file, Member mac, Passphrase passphrase) throws IOException {
        byte[] expected = expected(file, mac);
        byte[] key = passphrase.copy();
        try {
            for (MacAlgorithm algorithm : MacAlgorithm.all()) {
                Hmac hmac = algorithm.newMac(key);
                hmac.update(message, 0, message.length);
                if (MessageDigest.isEqual(hmac.finish(), expected)) {
                    return;
                }
            }
        } finally {
            Arrays.fill(key, (byte) 0);
        }
        throw new WrongPassphrase("the passphrase does not open the backup", Place.NONE);
    }

    /**
     * A key for what is kept about this backup. No stronger than the passphrase is against somebody who has the backup
     * itself, in which the header's MAC lets passphrases be tried as fast.
     */
    public static byte[] indexKey(byte[] headerMac, Passphrase passphrase) throws IOException {
        byte[] secret = passphrase.copy();
        Hmac mac = MacAlgorithm.named("sha256").newMac(secret);
        Arrays.fill(secret, (byte) 0);
        byte[] label = "qbfs index 1".getBytes(StandardCharsets.US_ASCII);
        mac.update(label, 0, label.length);
        mac.update(headerMac, 0, headerMac.length);
        return mac.finish();
    }

    @Override
    public long openedSize(Chunk chunk) {
        return chunk.member().size();
    }

    @Override
    public ByteSource open(Chunk chunk) throws IOException {
        return authenticated(chunk);
    }

    @Override
    public boolean authenticate(Chunk chunk) throws IOException {
        AuthenticatedSource source = authenticated(chunk);
        source.authenticate();
        return !source.isUnstable();
    }

    private AuthenticatedSource authenticated(Chunk untrustedPlace) throws IOException {
        Chunk chunk = places.confirmed(untrustedPlace);
        AuthenticatedSource known = opened.get(chunk.member());
        if (known != null) {
            return known;
        }
        Place place = chunk.place(file.name());
        Member member = chunk.member();
        if (!member.complete()) {
            throw new TruncatedData("the chunk is cut off, so it cannot be authenticated", place);
        }
        Member mac = chunk.mac().orElseThrow(
                () -> new TruncatedData("the chunk's MAC is missing, so it cannot be authenticated", place));
        byte[] expected = expected(file, mac);
        ByteSource whole = new SliceSource(member.name(), file, member.dataOffset(), member.size());
        AuthenticatedSource mine = new AuthenticatedSource(whole, member, place, () -> authentication(expected),
                cache, memory);
        AuthenticatedSource other = opened.putIfAbsent(member, mine);
        return other == null ? mine : other;
    }

    private Authentication authentication(byte[] expected) {
        byte[] key = passphrase.copy();
        Hmac hmac = algorithm.newMac(key);
        Arrays.fill(key, (byte) 0);
        return new Authentication() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                hmac.update(bytes, offset, length);
            }

            @Override
            public boolean matches() {
                return MessageDigest.isEqual(hmac.finish(), expected);
            }
        };
    }

    private static byte[] expected(ByteSource file, Member mac) throws IOException {
        if (!mac.complete() || mac.size() > MOST_MAC_BYTES) {
            throw new CorruptData("a MAC of " + mac.size() + " bytes",
                    Place.of(file.name(), mac.dataOffset(), mac.end()).within(Place.of(mac.name())));
        }
        return HmacFile.parse(file.readBytes(mac.dataOffset(), (int) mac.size()), mac.name());
    }

    @Override
    public void prepare(Chunk chunk) {
        if (!opened.containsKey(chunk.member())) {
            learn(chunk);
        }
    }

    @Override
    public CompletableFuture<Void> learn(Chunk chunk) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            background.execute(() -> {
                try {
                    authenticated(chunk).prepare();
                } catch (IOException | RuntimeException e) {
                    // Whoever reads the chunk gets the same error, and says it.
                    LOG.debug("{} could not be made ready: {}", chunk.member().name(), e.toString());
                } finally {
                    done.complete(null);
                }
            });
        } catch (RejectedExecutionException e) {
            done.complete(null);
        }
        return done;
    }
}
