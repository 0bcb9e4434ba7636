// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tar;

/** Makes headers right that a change of a byte made wrong, so that more than the check of the sum is reached. */
public final class Checksums {
    private static final int MAGIC = 257;
    private static final int SUM = 148;

    private Checksums() {}

    /** A copy of {@code archive} in which every block with a magic has its right checksum. */
    public static byte[] repaired(byte[] archive) {
        byte[] repaired = archive.clone();
        for (int at = 0; at + TarReader.BLOCK <= repaired.length; at += TarReader.BLOCK) {
            if (repaired[at + MAGIC] == 'u' && repaired[at + MAGIC + 1] == 's') {
                int sum = 8 * ' ';
                for (int i = 0; i < TarReader.BLOCK; i++) {
                    sum += i >= SUM && i < SUM + 8 ? 0 : repaired[at + i] & 0xff;
                }
                for (int i = SUM + 5; i >= SUM; i--, sum >>>= 3) {
                    repaired[at + i] = (byte) ('0' + (sum & 7));
                }
                repaired[at + SUM + 6] = 0;
                repaired[at + SUM + 7] = ' ';
            }
        }
        return repaired;
    }
}
