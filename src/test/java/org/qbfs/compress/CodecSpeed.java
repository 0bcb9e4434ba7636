// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.seek.BlockCache;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.compress.seek.DecodedSource;
import org.qbfs.compress.seek.ReadAhead;
import org.qbfs.io.FileSource;

/**
 * How fast a compressed file is decoded, beside the tool that made it. Run by scripts/bench/codec.
 *
 * <p>Single threads are measured in processor time as well, which other work on the machine disturbs less.
 */
public final class CodecSpeed {
    private static final int BUFFER = 128 << 10;

    private CodecSpeed() {}

    /** Arguments: rounds, the compressed file, its filter, and the tool's command. */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        Path file = Path.of(args[1]);
        Codec codec = Codecs.named(args[2], args[1]);
        try (FileSource source = FileSource.open(file);
                ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (int round = 1; round <= rounds; round++) {
                System.out.printf("%s, round %d%n", file.getFileName(), round);
                print("decoder alone", () -> decode(codec, source, CheckpointSink.NONE));
                Checkpoints checkpoints = new Checkpoints();
                print("laying checkpoints", () -> decode(codec, source, checkpoints));
                if (codec.name().equals("gzip")) {
                    print("JDK GZIPInputStream", () -> jdk(file));
                }
                tool(args, file, checkpoints.decodedSize().orElse(decode(codec, source, CheckpointSink.NONE)));
                ReadAhead ahead = new ReadAhead(pool, 32 << 20);
                Checkpoints learned = new Checkpoints();
                print("random access, first pass", () -> read(source, codec, learned, ahead));
                print("random access, second pass", () -> read(source, codec, learned, ahead));
                random(source, codec, learned);
                System.out.printf("  %-28s %d, %d KB in all%n", "checkpoints", learned.snapshot().size(),
                        learned.memory() >> 10);
            }
        }
    }

    /** Gives the number of decoded bytes. */
    private interface Pass {
        long run() throws IOException;
    }

    private static void print(String what, Pass pass) throws IOException {
        long processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        long bytes = pass.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double busy = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - processor) / 1e9;
        System.out.printf("  %-28s %5.0f MB/s  (%5.0f per processor second of the reading thread)%n", what,
                bytes / 1e6 / seconds, bytes / 1e6 / busy);
    }

    private static long decode(Codec codec, FileSource source, CheckpointSink sink) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (Decoder decoder = codec.open(source, Checkpoint.START, sink)) {
            while (decoder.read(buffer, 0, BUFFER) > 0) { }
            return decoder.position();
        }
    }

    private static long jdk(Path file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file), 64 << 10)) {
            for (int got = 0; got >= 0; got = in.read(buffer, 0, BUFFER)) {
                bytes += got;
            }
        }
        return bytes;
    }

    private static void tool(String[] args, Path file, long bytes) throws IOException, InterruptedException {
        String[] command = args[3].split(" ");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectInput(file.toFile())
                .redirectOutput(new File("/dev/null")).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        // Of a process that has ended, only its children's sum is known, and Java does not tell it.
        System.out.printf("  %-28s %5.0f MB/s%n", args[3], bytes / 1e6 / seconds);
    }

    private static long read(FileSource source, Codec codec, Checkpoints checkpoints, ReadAhead ahead)
            throws IOException {
        DecodedSource decoded = new DecodedSource("decoded", source, codec, new BlockCache(256 << 20), checkpoints,
                ahead);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long at = 0;
        for (int got = 1; got > 0; at += got) {
            buffer.clear();
            got = decoded.read(at, buffer);
        }
        decoded.close();
        return at;
    }

    private static void random(FileSource source, Codec codec, Checkpoints checkpoints) throws IOException {
        DecodedSource decoded = new DecodedSource("decoded", source, codec, new BlockCache(1 << 20), checkpoints,
                ReadAhead.NONE);
        Random random = new Random(1);
        long size = decoded.size();
        long longest = 0;
        long start = System.nanoTime();
        int reads = 0;
        while (reads < 300 && System.nanoTime() - start < 5_000_000_000L) {
            long before = System.nanoTime();
            decoded.read(random.nextLong(size - 4096) & ~4095L, ByteBuffer.allocate(4096));
            longest = Math.max(longest, System.nanoTime() - before);
            reads++;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("  %-28s %5.0f a second, mean %.2f ms, longest %.1f ms%n", "random reads of 4 KiB",
                reads / seconds, seconds * 1000 / reads, longest / 1e6);
        decoded.close();
    }
}
