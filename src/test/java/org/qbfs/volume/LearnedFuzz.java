// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Member;
import org.qbfs.compress.Codecs;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.error.QbfsException;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.TarEntry;

/**
 * Any records of an index, each after its length in 2 bytes; a stream that is no longer than 64 KiB is then read by what they
 * say of it, and must end.
 */
public final class LearnedFuzz {
    static {
        // Millions of records that are wrong: one line for each would be too many.
        System.setProperty("org.slf4j.simpleLogger.log.org.qbfs.volume.Learned", "off");
    }

    private LearnedFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        try (Learned learned = new Learned()) {
            while (bytes.remaining() >= 2) {
                byte[] record = new byte[Math.min(bytes.getShort() & 0xffff, bytes.remaining())];
                bytes.get(record);
                if (record.length > 0) {
                    learned.read(ByteBuffer.wrap(record));
                }
            }
            Member member = new Member("s.000", 0, 0, 512, true);
            learned.key(member);
            learned.hashes(member);
            Stamp stamp = new Stamp(0, 0);
            Optional<Layout> layout = learned.layout(stamp);
            if (layout.isPresent()) {
                Catalog.remembered(new MemorySource("b", new byte[1000]), layout.get().members(), layout.get().print());
            }
            for (TarEntry entry : learned.allEntries("s").orElse(List.of())) {
                if (entry.dataOffset() < 0 || entry.nextOffset() < entry.dataOffset()) {
                    throw new IllegalStateException(entry.toString());
                }
            }
            learned.firstEntry("s").ifPresent(first -> learned.keepEntries("s", List.of(first), true));
            Checkpoints checkpoints = new Checkpoints(1000, 1 << 20);
            learned.follow("s", checkpoints);
            read(checkpoints);
        }
    }

    private static void read(Checkpoints checkpoints) throws IOException {
        DecodedSource source = new DecodedSource("s", new MemorySource("s", Stream.GZIP), Codecs.named("gzip", "s"),
                new BlockCache(1 << 20, 4096, 2), checkpoints, ReadAhead.NONE);
        for (long at : new long[] {0, 5000, 60_000, 1 << 20}) {
            try {
                source.read(at, ByteBuffer.allocate(3000));
            } catch (QbfsException e) {
                // What a record that is wrong may lead to.
            }
        }
        source.close();
    }

    private static final class Stream {
        static final byte[] GZIP = make();

        static byte[] make() {
            java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
            try (java.util.zip.GZIPOutputStream gzip = new java.util.zip.GZIPOutputStream(out)) {
                gzip.write(TestBackup.random(64 << 10));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return out.toByteArray();
        }
    }
}
