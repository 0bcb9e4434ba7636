// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.compress.codec.Codec;
import org.qbfs.compress.codec.Decoder;
import org.qbfs.compress.seek.Checkpoints;
import org.qbfs.io.ByteSource;
import org.qbfs.io.MemorySource;

/**
 * Decoded bytes in a microsecond (MB/s) on one core, once all is compiled: our decoders, with checkpoints being laid and
 * without, beside Commons Compress, whose gzip is the JDK's zlib. Run by scripts/bench/codec.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class DecoderBenchmark {
    private static final int SIZE = 32 << 20;
    private static final int BUFFER = 128 << 10;

    @Param({"gzip", "bzip2", "xz", "lz4"})
    private String filter;

    private byte[] compressed;
    private ByteSource source;
    private Codec codec;

    @Setup
    public void compress() throws IOException, InterruptedException {
        compressed = Tool.filter(Samples.mixed(SIZE, 1), filter, "-c");
        source = new MemorySource(filter, compressed);
        codec = Codecs.named(filter, filter);
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long ours() throws IOException {
        return decode(CheckpointSink.NONE);
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long oursLayingCheckpoints() throws IOException {
        return decode(new Checkpoints());
    }

    private long decode(CheckpointSink sink) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (Decoder decoder = codec.open(source, Checkpoint.START, sink)) {
            while (decoder.read(buffer, 0, BUFFER) > 0) { }
            return checked(decoder.position());
        }
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long commonsCompress() throws IOException, CompressorException {
        String name = switch (filter) {
            case "gzip" -> CompressorStreamFactory.GZIP;
            case "lz4" -> CompressorStreamFactory.LZ4_FRAMED;
            default -> filter;
        };
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        try (InputStream in = new CompressorStreamFactory(true).createCompressorInputStream(name, new ByteArrayInputStream(compressed))) {
            for (int got = 0; got >= 0; got = in.read(buffer, 0, BUFFER)) {
                bytes += got;
            }
        }
        return checked(bytes);
    }

    private static long checked(long bytes) {
        if (bytes != SIZE) {
            throw new IllegalStateException(bytes + " bytes");
        }
        return bytes;
    }
}
