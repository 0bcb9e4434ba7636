// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.qbfs.error.Place;
import org.qbfs.error.UnsupportedFormat;

/**
 * A digest that {@code openssl dgst -<name> -hmac <passphrase>} makes a MAC with. The key is the passphrase's
 * bytes (qubes-core-admin-client {@code qubesadmin/backup/restore.py}, {@code _verify_hmac}, at 02bc30a).
 * Immutable and safe for many threads.
 */
public final class MacAlgorithm {
    /** In the order in which it makes sense to try them: what backups really have comes first. */
    private static final List<MacAlgorithm> ALL = List.of(
            jdk("sha512", 64, "HmacSHA512", "sha2-512", "sha-512", "rsa-sha512"),
            jdk("sha1", 20, "HmacSHA1", "sha-1", "ssl3-sha1", "rsa-sha1", "rsa-sha1-2", "dsa-sha1", "dss1"),
            jdk("sha256", 32, "HmacSHA256", "sha2-256", "sha-256", "rsa-sha256"),
            jdk("sha384", 48, "HmacSHA384", "sha2-384", "sha-384", "rsa-sha384"),
            jdk("sha224", 28, "HmacSHA224", "sha2-224", "sha-224", "rsa-sha224"),
            jdk("md5", 16, "HmacMD5", "ssl3-md5", "rsa-md5"),
            light("ripemd160", 20, "rmd160", "ripemd", "ripemd-160", "rsa-ripemd160"),
            light("whirlpool", 64),
            jdk("sha512-224", 28, "HmacSHA512/224", "sha2-512/224", "sha512/224", "sha-512/224", "rsa-sha512/224"),
            jdk("sha512-256", 32, "HmacSHA512/256", "sha2-512/256", "sha512/256", "sha-512/256", "rsa-sha512/256"),
            jdk("sha3-512", 64, "HmacSHA3-512", "rsa-sha3-512"),
            jdk("sha3-384", 48, "HmacSHA3-384", "rsa-sha3-384"),
            jdk("sha3-256", 32, "HmacSHA3-256", "rsa-sha3-256"),
            jdk("sha3-224", 28, "HmacSHA3-224", "rsa-sha3-224"),
            light("blake2b512", 64, "blake2b-512"),
            light("blake2s256", 32, "blake2s-256"),
            light("sm3", 32, "rsa-sm3"),
            light("md4", 16, "rsa-md4"));
    private static final Map<String, MacAlgorithm> BY_NAME = byName();

    private final String name;
    private final int macLength;
    private final List<String> aliases;
    private final Function<byte[], Hmac> maker;

    private MacAlgorithm(String name, int macLength, List<String> aliases, Function<byte[], Hmac> maker) {
        this.name = name;
        this.macLength = macLength;
        this.aliases = aliases;
        this.maker = maker;
    }

    /**
     * The algorithm that openssl calls {@code name}, in any case: {@code SHA512}, {@code SHA2-512},
     * {@code rmd160}.
     *
     * @throws UnsupportedFormat if there is none; it names those there are
     */
    public static MacAlgorithm named(String name) throws UnsupportedFormat {
        MacAlgorithm found = BY_NAME.get(name.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw new UnsupportedFormat("unknown digest '" + EncCipher.shown(name) + "'; known are "
                    + ALL.stream().map(MacAlgorithm::name).collect(Collectors.joining(", ")), Place.NONE);
        }
        return found;
    }

    /** All of them, the likely ones first: for a header that is to be checked before it is believed. */
    public static List<MacAlgorithm> all() {
        return ALL;
    }

    /** openssl's name for it, in lower case. */
    public String name() {
        return name;
    }

    /** The length of a MAC, in bytes. */
    public int macLength() {
        return macLength;
    }

    /** Starts a MAC under {@code key}, which may be empty and is copied. */
    public Hmac newMac(byte[] key) {
        return maker.apply(key);
    }

    @Override
    public String toString() {
        return name;
    }

    private static MacAlgorithm jdk(String name, int macLength, String jdkName, String... aliases) {
        return new MacAlgorithm(name, macLength, List.of(aliases), key -> Hmac.ofJdk(jdkName, key));
    }

    private static MacAlgorithm light(String name, int macLength, String... aliases) {
        return new MacAlgorithm(name, macLength, List.of(aliases), key -> LightHmac.start(name, key));
    }

    private static Map<String, MacAlgorithm> byName() {
        Map<String, MacAlgorithm> byName = new HashMap<>();
        for (MacAlgorithm algorithm : ALL) {
            List<String> names = new ArrayList<>(algorithm.aliases);
            names.add(algorithm.name);
            names.forEach(name -> byName.put(name, algorithm));
        }
        return Map.copyOf(byName);
    }
}
