// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.qbfs.backup.BackupHeader;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Chunk;
import org.qbfs.backup.Member;
import org.qbfs.backup.Problem;
import org.qbfs.backup.ScryptChunkOpener;
import org.qbfs.compress.Codecs;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.error.WrongPassphrase;
import org.qbfs.io.ByteSource;
import org.qbfs.tar.TarReader;

/**
 * Finds out what the header of a backup of version 4 says. Its MAC, {@code backup-header.hmac}, is the header once more,
 * encrypted and authenticated (qubes-core-admin {@code qubes/backup.py}), so either of the two members may be damaged:
 *
 * <ul>
 *   <li>If the MAC opens, the header is what is in it, whatever {@code backup-header} looks like.
 *   <li>If it does not, {@code backup-header} is no more than a claim. Where a chunk opens under the backup ID that it
 *       names, this ID and the passphrase are right, since both are part of the chunk's key. How streams are compressed is
 *       then told by the authentic bytes of that chunk; nothing else of the claim is used.
 * </ul>
 *
 * <p>For one thread.
 */
final class ScryptHeaderOpening {
    private static final int VERSION = 4;

    private final Members members;
    private final Function<String, ScryptChunkOpener> openers;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * A header that can be believed.
     *
     * @param header what it says
     * @param text its bytes; nothing if they could not be authenticated
     * @param indexKey a key that only the header's own leads to; nothing if there is no such key
     * @param opener opens the chunks of this backup
     * @param problems what is wrong with the members of the header
     */
    record Found(BackupHeader header, Optional<byte[]> text, Optional<byte[]> indexKey, ScryptChunkOpener opener,
            List<Problem> problems) {}

    /** The members of the backup file, which are read when somebody asks for them. */
    interface Members {
        Catalog get() throws IOException;
    }

    /** For the backup with these members; {@code openers} gives what opens chunks under a backup ID. */
    ScryptHeaderOpening(Members members, Function<String, ScryptChunkOpener> openers) {
        this.members = members;
        this.openers = openers;
    }

    /**
     * The header.
     *
     * @param untrustedText the bytes of {@code backup-header}, if they are there
     * @param mac {@code backup-header.hmac}, if it is there
     * @param openedBefore whether this very MAC is known to have been opened, so that it is whole
     * @param ahead what to ask for in one batch with it, if it is not
     * @throws WrongPassphrase if the passphrase is wrong, or nothing that would tell it is whole
     */
    Found open(Optional<byte[]> untrustedText, Optional<Member> mac, boolean openedBefore, Ahead ahead) throws IOException {
        Optional<BackupHeader> untrusted = untrustedText.flatMap(ScryptHeaderOpening::parse);
        ScryptChunkOpener opener = openers.apply(untrusted.flatMap(BackupHeader::backupId).orElse(""));
        if (!openedBefore && untrusted.isPresent()) {
            // Both keys are needed, so both are derived at once.
            firstChunk().ifPresent(opener::hurry);
            ahead.ask(members.get(), opener);
        }
        ScryptChunkOpener.Header header;
        try {
            header = opener.openHeader(mac.orElseThrow(
                    () -> new TruncatedData("it is missing", Place.of(Catalog.HEADER_MAC))));
        } catch (WrongPassphrase e) {
            if (openedBefore) {
                throw e;
            }
            return withoutMac(untrusted, opener, e);
        } catch (CorruptData | TruncatedData | UnsupportedFormat e) {
            return withoutMac(untrusted, opener, e);
        }
        BackupHeader authentic = BackupHeader.parse(header.text());
        String id = authentic.backupId().orElseThrow(() -> new CorruptData("a header of version " + authentic.version()
                + ", whose MAC is of version " + VERSION, Place.of(Catalog.HEADER_MAC)));
        if (untrustedText.isEmpty() || !Arrays.equals(header.text(), untrustedText.get())) {
            problem((untrustedText.isEmpty() ? "missing or cut off" : "damaged or altered")
                    + "; the copy of it in " + Catalog.HEADER_MAC + " is authentic, and is used", Catalog.HEADER);
        }
        boolean same = untrusted.flatMap(BackupHeader::backupId).filter(id::equals).isPresent();
        return new Found(authentic, Optional.of(header.text()), Optional.of(header.indexKey()),
                same ? opener : openers.apply(id), problems);
    }

    /** Damaged bytes are no header. */
    private static Optional<BackupHeader> parse(byte[] untrustedText) {
        try {
            return Optional.of(BackupHeader.parse(untrustedText)).filter(header -> header.version() == VERSION);
        } catch (QbfsException e) {
            return Optional.empty();
        }
    }

    /** The first chunk of the list of VMs, or of the first file, if that is lost. */
    private Optional<Chunk> firstChunk() throws IOException {
        Catalog catalog = members.get();
        return catalog.group(BackupFile.INVENTORY).or(() -> catalog.groups().stream().findFirst())
                .map(group -> group.chunks().getFirst()).filter(chunk -> chunk.number() == 0);
    }

    private Found withoutMac(Optional<BackupHeader> untrusted, ScryptChunkOpener opener, QbfsException why) throws IOException {
        String id = untrusted.flatMap(BackupHeader::backupId).orElseThrow(() -> failure(why));
        Chunk chunk = firstChunk().orElseThrow(() -> failure(why));
        boolean compressed;
        try {
            compressed = isCompressed(opener.open(chunk));
        } catch (CorruptData | TruncatedData | UnsupportedFormat e) {
            throw failure(why);
        }
        problem("it does not verify (" + why.what() + "); " + chunk.member().name()
                + " opens under the backup ID of " + Catalog.HEADER + ", so this ID and the passphrase are right. "
                + "All else is told by the streams themselves, and no index is kept", Catalog.HEADER_MAC);
        BackupHeader header = new BackupHeader(VERSION, true, compressed, Optional.empty(), "scrypt", Optional.empty(),
                Optional.of(id));
        return new Found(header, Optional.empty(), Optional.empty(), opener, problems);
    }

    /**
     * Whether the stream that begins with {@code authentic} is compressed: by its first bytes.
     *
     * @throws UnsupportedFormat if it begins neither like a tar archive nor like a compressed stream
     */
    private static boolean isCompressed(ByteSource authentic) throws IOException {
        byte[] bytes = authentic.readBytes(0, (int) Math.min(authentic.size(), TarReader.BLOCK));
        if (bytes.length == TarReader.BLOCK && TarReader.isHeader(bytes)) {
            return false;
        }
        Codecs.detect(Arrays.copyOf(bytes, Math.min(bytes.length, Codecs.HEAD)), "", authentic.name());
        return true;
    }

    /** Damage of the MAC and a wrong passphrase cannot be told apart when nothing else opens either. */
    private static QbfsException failure(QbfsException why) {
        return why instanceof WrongPassphrase ? why
                : new WrongPassphrase("the header does not verify: " + why.what(), why.place(), why);
    }

    private void problem(String what, String member) {
        problems.add(new Problem(what, Place.of(member)));
    }
}
