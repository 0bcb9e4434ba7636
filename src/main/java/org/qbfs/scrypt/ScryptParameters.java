// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.util.Arrays;

/**
 * What determines a derivation beside the passphrase (RFC 7914, section 6). Immutable; the salt is copied
 * in and out.
 *
 * @param logN the binary logarithm of N, the number of rows of the table: 1 to 62
 * @param r the size of a row, in units of 128 bytes
 * @param p the number of independent blocks; {@code r * p} is below 2^30
 * @param salt any number of bytes
 */
public record ScryptParameters(int logN, int r, int p, byte[] salt) {
    /** The largest log2 of N for which a table has a size. */
    static final int MAX_LOG_N = 62;
    /** RFC 7914: p is at most ((2^32 - 1) * 32) / (128 * r); scrypt(1) refuses r * p of 2^30 and more. */
    static final int R_TIMES_P_END = 1 << 30;

    private static final int ROW_UNIT = 128;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if a number is out of its range, or the table's size does not fit
     *     into a {@code long}
     */
    public ScryptParameters {
        if (logN < 1 || logN > MAX_LOG_N || r < 1 || p < 1 || (long) r * p >= R_TIMES_P_END) {
            throw new IllegalArgumentException("scrypt parameters log2 N = " + logN + ", r = " + r + ", p = " + p);
        }
        if (Long.numberOfLeadingZeros((long) ROW_UNIT * r) - 1 < logN) {
            throw new IllegalArgumentException("scrypt table of 2^" + logN + " rows of " + ROW_UNIT + " * " + r + " bytes");
        }
        salt = salt.clone();
    }

    @Override
    public byte[] salt() {
        return salt.clone();
    }

    /** The size in bytes of the table that one block needs: 128 * r * N. */
    public long tableBytes() {
        return (long) ROW_UNIT * r << logN;
    }

    /** The number of bytes in a row of the table, and in each of the p blocks. */
    int rowBytes() {
        return Math.multiplyExact(ROW_UNIT, r);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScryptParameters that
                && logN == that.logN && r == that.r && p == that.p && Arrays.equals(salt, that.salt);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt) * 31 + logN;
    }

    @Override
    public String toString() {
        return "N = 2^" + logN + ", r = " + r + ", p = " + p;
    }
}
