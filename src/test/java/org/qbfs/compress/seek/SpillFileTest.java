// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.seek;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qbfs.compress.Samples;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.xz.XzCodec;
import org.qbfs.io.ByteSource;
import org.qbfs.io.ByteSourceContract;
import org.qbfs.io.MemorySource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class SpillFileTest {
    @TempDir
    private Path dir;

    @Test
    void givesBackWhatWasPutAndLeavesNothingBehind() throws Exception {
        try (SpillFile spill = new SpillFile(dir, 1 << 20)) {
            byte[] secret = "a line that must not be found on the disk".getBytes(StandardCharsets.US_ASCII);
            spill.put("one", secret, secret.length);
            spill.put("two", new byte[1000], 900);
            assertArrayEquals(secret, spill.get("one"));
            assertArrayEquals(new byte[900], spill.get("two"));
            assertNull(spill.get("three"));
            assertEquals(secret.length + 900 + 2 * 16, spill.size());
            try (Stream<Path> files = Files.list(dir)) {
                assertEquals(0, files.count(), "the file is unlinked");
            }
            assertTrue(isSealed(secret), "the plain bytes are not in the file");
        }
    }

    /** Reads the unlinked file through the descriptor that this process has of it. */
    private boolean isSealed(byte[] secret) throws IOException {
        String wanted = new String(secret, StandardCharsets.ISO_8859_1);
        boolean found = false;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.exists(descriptor, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                        && Files.readSymbolicLink(descriptor).toString().startsWith(dir + "/.qbfs-")) {
                    found = true;
                    assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(descriptor)));
                    if (new String(Files.readAllBytes(descriptor), StandardCharsets.ISO_8859_1).contains(wanted)) {
                        return false;
                    }
                }
            }
        }
        return found;
    }

    @Test
    void staysWithinItsSize() throws Exception {
        try (SpillFile spill = new SpillFile(dir, 10_000)) {
            for (int i = 0; i < 30; i++) {
                spill.put(i, new byte[1000], 1000);
            }
            assertTrue(spill.size() <= 10_000);
            assertArrayEquals(new byte[1000], spill.get(0));
            assertNull(spill.get(29));
        }
        try (SpillFile none = new SpillFile(dir.resolve("missing"), 10_000)) {
            none.put("one", new byte[10], 10);
            assertNull(none.get("one"));
        }
    }

    @Test
    void sequentialStreamIsDecodedOnce() throws Exception {
        byte[] plain = Samples.mixed(20 << 20, 71);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(0))) {
            xz.write(plain);
        }
        AtomicLong decoded = new AtomicLong();
        XzCodec xz = new XzCodec();
        Codec counting = new Codec() {
            @Override
            public String name() {
                return "counting";
            }

            @Override
            public boolean isSlow() {
                return xz.isSlow();
            }

            @Override
            public Decoder open(ByteSource compressed, Checkpoint from, CheckpointSink sink) throws IOException {
                Decoder decoder = xz.open(compressed, from, sink);
                return new Decoder() {
                    @Override
                    public long position() {
                        return decoder.position();
                    }

                    @Override
                    public int read(byte[] dst, int offset, int length) throws IOException {
                        int got = decoder.read(dst, offset, length);
                        decoded.addAndGet(Math.max(0, got));
                        return got;
                    }

                    @Override
                    public void close() {
                        decoder.close();
                    }
                };
            }
        };
        try (SpillFile spill = new SpillFile(dir, 1 << 30)) {
            DecodedSource source = new DecodedSource("decoded", new MemorySource("stream", out.toByteArray()),
                    counting, new BlockCache(1 << 20, 64 << 10, 1, spill), new Checkpoints(), ReadAhead.NONE);
            assertEquals(plain.length, source.size());
            assertEquals(plain.length, decoded.get());
            Random random = new Random(1);
            for (int i = 0; i < 200; i++) {
                int at = (8 << 20) + random.nextInt(plain.length - (8 << 20));
                ByteSourceContract.readAndCompare(source, plain, at, 5000);
            }
            assertEquals(plain.length, decoded.get(), "no byte behind the first ones is decoded twice");
            assertArrayEquals(Arrays.copyOf(plain, 1000), source.readBytes(0, 1000));
        }
    }
}
