// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuzz;

import java.util.List;
import org.qbfs.backup.BackupHeaderFuzz;
import org.qbfs.backup.CatalogFuzz;
import org.qbfs.backup.ChunkNameFuzz;
import org.qbfs.cli.SizeFuzz;
import org.qbfs.compress.CheckpointFuzz;
import org.qbfs.compress.bzip2.Bzip2Fuzz;
import org.qbfs.compress.deflate.GzipFuzz;
import org.qbfs.compress.deflate.GzipTailFuzz;
import org.qbfs.compress.deflate.ZlibFuzz;
import org.qbfs.compress.lz4.Lz4Fuzz;
import org.qbfs.compress.xz.LzmaFuzz;
import org.qbfs.compress.xz.XzFuzz;
import org.qbfs.compress.zstd.ZstdFuzz;
import org.qbfs.index.IndexFileFuzz;
import org.qbfs.inventory.FirewallRulesFuzz;
import org.qbfs.inventory.InventoryFuzz;
import org.qbfs.openssl.HmacFileFuzz;
import org.qbfs.scrypt.ScryptHeaderFuzz;
import org.qbfs.tar.TarReaderFuzz;
import org.qbfs.volume.ArchivePathFuzz;
import org.qbfs.volume.LearnedFuzz;

/** All that reads bytes which anybody may have written. Seeds and found cases lie under {@code src/test/resources/fuzz}. */
final class FuzzTargets {
    static final List<Target> ALL = List.of(
            new Target("BackupHeader", BackupHeaderFuzz::fuzzerTestOneInput),
            new Target("Catalog", CatalogFuzz::fuzzerTestOneInput),
            new Target("ChunkName", ChunkNameFuzz::fuzzerTestOneInput),
            new Target("TarReader", TarReaderFuzz::fuzzerTestOneInput),
            new Target("ScryptHeader", ScryptHeaderFuzz::fuzzerTestOneInput),
            new Target("HmacFile", HmacFileFuzz::fuzzerTestOneInput),
            new Target("Inventory", InventoryFuzz::fuzzerTestOneInput),
            new Target("FirewallRules", FirewallRulesFuzz::fuzzerTestOneInput),
            new Target("Gzip", GzipFuzz::fuzzerTestOneInput),
            new Target("GzipTail", GzipTailFuzz::fuzzerTestOneInput),
            new Target("Zlib", ZlibFuzz::fuzzerTestOneInput),
            new Target("Zstd", ZstdFuzz::fuzzerTestOneInput),
            new Target("Bzip2", Bzip2Fuzz::fuzzerTestOneInput),
            new Target("Xz", XzFuzz::fuzzerTestOneInput),
            new Target("Lzma", LzmaFuzz::fuzzerTestOneInput),
            new Target("Lz4", Lz4Fuzz::fuzzerTestOneInput),
            new Target("Checkpoint", CheckpointFuzz::fuzzerTestOneInput),
            new Target("IndexFile", IndexFileFuzz::fuzzerTestOneInput),
            new Target("Learned", LearnedFuzz::fuzzerTestOneInput),
            new Target("ArchivePath", ArchivePathFuzz::fuzzerTestOneInput),
            new Target("Size", SizeFuzz::fuzzerTestOneInput));

    private FuzzTargets() {}

    /**
     * One of them.
     *
     * @param name of its folder of inputs, and of its class without "Fuzz"
     * @param body fails on a finding
     */
    record Target(String name, Body body) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What is done with one input. */
    interface Body {
        void run(byte[] input) throws Exception;
    }
}
