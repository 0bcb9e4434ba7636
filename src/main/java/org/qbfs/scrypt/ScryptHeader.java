// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;
import org.qbfs.error.QbfsException;
import org.qbfs.error.ResourceLimit;
import org.qbfs.error.TruncatedData;
import org.qbfs.error.UnsupportedFormat;

/**
 * The first {@value #LENGTH} bytes of a file that scrypt(1) wrote (Tarsnap/scrypt, FORMAT, version 0).
 * Immutable.
 *
 * <table>
 * <caption>Layout; numbers are big-endian</caption>
 * <tr><th>offset<th>length<th>what
 * <tr><td>0<td>6<td>"scrypt"
 * <tr><td>6<td>1<td>version, 0
 * <tr><td>7<td>1<td>log2 N
 * <tr><td>8<td>4<td>r
 * <tr><td>12<td>4<td>p
 * <tr><td>16<td>32<td>salt
 * <tr><td>48<td>16<td>first bytes of SHA-256 of bytes [0, 48)
 * <tr><td>64<td>32<td>HMAC-SHA-256 of bytes [0, 64), under the last 32 bytes of the derived key
 * </table>
 *
 * <p>After the header come the AES-256-CTR ciphertext and {@value #MAC_LENGTH} bytes of HMAC-SHA-256 of all
 * that is before it, under the same key.
 */
public final class ScryptHeader {
    /** The length of a header in bytes. */
    public static final int LENGTH = 96;
    /** The length in bytes of the HMAC that ends a file. */
    public static final int MAC_LENGTH = 32;
    /** The length in bytes of a derived key: an AES-256 key and an HMAC-SHA-256 key. */
    public static final int KEY_LENGTH = 64;

    private static final byte[] MAGIC = "scrypt".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_START = 16;
    private static final int CHECKSUM_START = 48;
    private static final int MAC_START = 64;

    /**
     * The most work that a header may ask for before anything in it is authenticated, as N * r * p. What
     * scrypt(1) picks for five seconds on a fast machine is some 2^24; this is minutes of the same.
     */
    static final long MAX_WORK = 1L << 31;
    /** The largest r * p, so that the blocks of a key take at most 16 MiB: 128 bytes for each. */
    static final int MAX_R_TIMES_P = 1 << 17;

    /** The largest r, so that a row takes at most 4 MiB; scrypt(1) writes 8. */
    static final int MAX_R = 1 << 15;

    private final byte[] bytes;
    private final ScryptParameters parameters;

    private ScryptHeader(byte[] bytes, ScryptParameters parameters) {
        this.bytes = bytes;
        this.parameters = parameters;
    }

    /**
     * Reads and checks a header; bytes behind it are ignored. Nothing is authenticated yet: see
     * {@link #opensWith}.
     *
     * @param name the file, for messages
     * @throws TruncatedData if there are fewer than {@value #LENGTH} bytes
     * @throws CorruptData if the magic, the checksum or the parameters are wrong
     * @throws UnsupportedFormat if the checksum is right and the version is not 0
     * @throws ResourceLimit if the parameters are right, and ask for more than any real file does
     */
    public static ScryptHeader parse(byte[] untrusted, String name) throws QbfsException {
        Place place = Place.of(name, 0, LENGTH);
        if (untrusted.length < LENGTH) {
            throw new TruncatedData("a scrypt header has " + LENGTH + " bytes, here are " + untrusted.length, place);
        }
        byte[] untrustedHeader = Arrays.copyOf(untrusted, LENGTH);
        if (!isBegunBy(untrustedHeader)) {
            throw new CorruptData("not a file of the scrypt utility: it does not begin with \"scrypt\"", place);
        }
        byte[] checksum = Arrays.copyOf(sha256(Arrays.copyOf(untrustedHeader, CHECKSUM_START)), MAC_START - CHECKSUM_START);
        if (!Arrays.equals(checksum, Arrays.copyOfRange(untrustedHeader, CHECKSUM_START, MAC_START))) {
            throw new CorruptData("the checksum of the scrypt header does not match", place);
        }
        // Behind the checksum: one damaged byte is no other version.
        if (untrustedHeader[6] != 0) {
            throw new UnsupportedFormat("scrypt format version " + (untrustedHeader[6] & 0xff) + ", expected 0", place);
        }
        return new ScryptHeader(untrustedHeader, parameters(untrustedHeader, place));
    }

    /** Whether {@code untrusted} begins as every file of the scrypt utility does. */
    public static boolean isBegunBy(byte[] untrusted) {
        return Arrays.equals(MAGIC, Arrays.copyOf(untrusted, MAGIC.length));
    }

    private static ScryptParameters parameters(byte[] header, Place place) throws QbfsException {
        ByteBuffer numbers = ByteBuffer.wrap(header);
        int logN = numbers.get(7) & 0xff;
        long r = numbers.getInt(8) & 0xffff_ffffL;
        long p = numbers.getInt(12) & 0xffff_ffffL;
        String found = "log2 N = " + logN + ", r = " + r + ", p = " + p;
        // r and p are below 2^32, so their product is compared by division: it may be past 2^63.
        if (logN < 1 || logN > 63 || r < 1 || p < 1 || r > (ScryptParameters.R_TIMES_P_END - 1) / p) {
            throw new CorruptData("impossible scrypt parameters: " + found, place);
        }
        if (r * p > MAX_R_TIMES_P) {
            throw new ResourceLimit("scrypt parameters ask for too much: " + found, r * p, MAX_R_TIMES_P, place);
        }
        if (r > MAX_R) {
            throw new ResourceLimit("scrypt parameters ask for too much: " + found, r, MAX_R, place);
        }
        BigInteger work = BigInteger.valueOf(r * p).shiftLeft(logN);
        if (work.bitLength() > Long.SIZE - 1 || work.longValueExact() > MAX_WORK) {
            long needed = work.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
            throw new ResourceLimit("scrypt parameters ask for too much: " + found, needed, MAX_WORK, place);
        }
        return new ScryptParameters(logN, (int) r, (int) p, Arrays.copyOfRange(header, SALT_START, CHECKSUM_START));
    }

    /** The parameters to derive the key with. */
    public ScryptParameters parameters() {
        return parameters;
    }

    /**
     * Whether the key opens this file, compared in constant time: {@code false} means a wrong passphrase,
     * or a file that was encrypted under another one (a chunk's name is part of its passphrase).
     *
     * @param derivedKey the {@value #KEY_LENGTH} bytes that {@link KeyDerivation} gave for {@link #parameters}
     */
    public boolean opensWith(byte[] derivedKey) {
        ChunkMac mac = ChunkMac.of(derivedKey);
        mac.update(bytes, 0, MAC_START);
        return mac.matches(Arrays.copyOfRange(bytes, MAC_START, LENGTH));
    }

    private static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
