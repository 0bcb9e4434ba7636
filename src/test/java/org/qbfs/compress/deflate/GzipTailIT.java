// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.deflate;

import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.qbfs.compress.CodecCheck;
import org.qbfs.compress.Samples;
import org.qbfs.compress.Tool;
import org.qbfs.compress.codec.Checkpoint;
import org.qbfs.compress.codec.CheckpointSink;
import org.qbfs.io.MemorySource;

/** The ends of streams that the real tools write. */
class GzipTailIT {
    @Test
    void everyLevelOfGzipAndPigz() throws Exception {
        byte[] plain = Samples.mixed(24_000_000, 21);
        for (int level = 1; level <= 9; level++) {
            most(plain, Tool.filter(plain, "gzip", "-c", "-" + level));
            most(plain, Tool.filter(plain, "pigz", "-c", "-" + level));
        }
        most(plain, Tool.filter(plain, "pigz", "-c", "-0"));
        most(plain, Tool.filter(plain, "pigz", "-c", "-i"));
        byte[] noise = Samples.noise(24_000_000, 22);
        most(noise, Tool.filter(noise, "gzip", "-c"));
        most(noise, Tool.filter(noise, "pigz", "-c"));
    }

    private static void most(byte[] plain, byte[] stream) throws Exception {
        int from = stream.length / 10 * 3;
        int salvaged = Tails.salvaged(stream, from, plain);
        int before = CodecCheck.decode(new GzipCodec(), new MemorySource("stream", Samples.cut(stream, from)), Checkpoint.START,
                CheckpointSink.NONE).bytes().length;
        assertTrue(salvaged > (plain.length - before) * 0.9, () -> salvaged + " of " + (plain.length - before) + " bytes");
    }

    @Test
    void whatIsSalvagedIsRightWhereverTheLossEnds() throws Exception {
        Random random = new Random(6);
        int some = 0;
        for (int round = 0; round < 25; round++) {
            byte[] plain = Samples.join(Samples.mixed(random.nextInt(1_500_000), round), Samples.noise(random.nextInt(100_000), round),
                    Tool.filter(Samples.mixed(random.nextInt(1_500_000), round + 100), "gzip", "-c"), new byte[random.nextInt(50_000)]);
            byte[] stream = Tails.gzip(plain, random.nextInt(10), Deflater.DEFAULT_STRATEGY, 1000 + random.nextInt(4_000_000));
            for (int i = 0; i < 4; i++) {
                some += Tails.salvaged(stream, 10 + random.nextInt(stream.length - 10), plain) > 0 ? 1 : 0;
            }
        }
        int salvaged = some;
        assertTrue(salvaged > 30, () -> salvaged + " of 100");
    }

    /** Each of the million blocks could be the first one, and nothing is decoded that could be counted. */
    @Test
    void aSearchThatLeadsNowhereEnds() throws Exception {
        byte[] stream = new byte[5 << 20];
        for (int at = 0; at < stream.length; at += 5) {
            stream[at + 3] = (byte) 0xff;
            stream[at + 4] = (byte) 0xff;
        }
        assertTimeout(Duration.ofSeconds(60), () -> assertTrue(Tails.tail(stream, 1).isEmpty()));
    }

    @Test
    void aLossBehindWhichThereIsNoBlockIsSearchedUpToALimit() throws Exception {
        byte[] noise = Samples.noise(20 << 20, 24);
        assertTrue(Tails.tail(noise, 1).isEmpty());
    }
}
