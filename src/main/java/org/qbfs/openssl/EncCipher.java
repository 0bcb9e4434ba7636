// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.engines.ARIAEngine;
import org.bouncycastle.crypto.engines.BlowfishEngine;
import org.bouncycastle.crypto.engines.CAST5Engine;
import org.bouncycastle.crypto.engines.CamelliaEngine;
import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.IDEAEngine;
import org.bouncycastle.crypto.engines.RC2Engine;
import org.bouncycastle.crypto.engines.SEEDEngine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.RC2Parameters;
import org.qbfs.error.Place;
import org.qbfs.error.UnsupportedFormat;
import org.qbfs.io.ByteSource;

/**
 * A cipher of {@code openssl enc}: its name, the lengths of its key and IV as openssl has them (manual,
 * openssl-enc(1), "Supported Ciphers"), and how a stream in it is opened. Immutable and safe for many threads.
 */
final class EncCipher {
    /** A state of a keystream is kept every so many bytes: some 10 ms of the slowest cipher apart. */
    private static final long STATE_SPACING = 1 << 20;
    private static final Set<Mode> ALL_MODES = EnumSet.allOf(Mode.class);
    private static final Set<Mode> BASIC_MODES = EnumSet.of(Mode.ECB, Mode.CBC, Mode.CFB, Mode.OFB);
    private static final Set<Mode> DES_MODES =
            EnumSet.of(Mode.ECB, Mode.CBC, Mode.CFB, Mode.CFB8, Mode.CFB1, Mode.OFB);
    private static final Map<String, EncCipher> BY_NAME = byName();
    private static final Map<String, String> ALIASES = aliases();

    private final int keyLength;
    private final int ivLength;
    private final Opener opener;

    private EncCipher(int keyLength, int ivLength, Opener opener) {
        this.keyLength = keyLength;
        this.ivLength = ivLength;
        this.opener = opener;
    }

    /**
     * The cipher that openssl calls {@code name}, in any case.
     *
     * @throws UnsupportedFormat if there is none; it names those there are
     */
    static EncCipher named(String name) throws UnsupportedFormat {
        String lower = name.toLowerCase(Locale.ROOT);
        EncCipher found = BY_NAME.get(ALIASES.getOrDefault(lower, lower));
        if (found == null) {
            throw new UnsupportedFormat("unknown cipher '" + shown(name) + "'; known are "
                    + String.join(", ", new TreeSet<>(BY_NAME.keySet())), Place.NONE);
        }
        return found;
    }

    /** The names of all ciphers, without their aliases. */
    static Set<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    /** In bytes. */
    int keyLength() {
        return keyLength;
    }

    /** In bytes; 0 if it has none. */
    int ivLength() {
        return ivLength;
    }

    /** The plaintext of the stream whose ciphertext {@code stream} holds after its header. */
    ByteSource open(String name, ByteSource stream, BytesToKey secret) {
        return opener.open(name, new Payload(stream, secret.iv()), secret.key());
    }

    /** A name from a header that nobody has checked yet, fit for a message. */
    static String shown(String untrusted) {
        String head = untrusted.substring(0, Math.min(untrusted.length(), 40));
        return head.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Map<String, EncCipher> byName() {
        Map<String, EncCipher> all = new HashMap<>();
        for (int bits : List.of(128, 192, 256)) {
            add(all, new Family("aes-" + bits, bits / 8, 16, AesEngine::new), ALL_MODES);
            add(all, light("aria-" + bits, bits / 8, 16, ARIAEngine::new), ALL_MODES);
            add(all, light("camellia-" + bits, bits / 8, 16, CamelliaEngine::new), ALL_MODES);
        }
        Set<Mode> withCounter = EnumSet.copyOf(BASIC_MODES);
        withCounter.add(Mode.CTR);
        add(all, light("sm4", 16, 16, SM4Engine::new), withCounter);
        add(all, light("seed", 16, 16, SEEDEngine::new), BASIC_MODES);
        add(all, light("bf", 16, 8, BlowfishEngine::new), BASIC_MODES);
        add(all, light("cast5", 16, 8, CAST5Engine::new), BASIC_MODES);
        add(all, light("idea", 16, 8, IDEAEngine::new), BASIC_MODES);
        add(all, light("des", 8, 8, DESEngine::new), DES_MODES);
        add(all, light("des-ede", 16, 8, DESedeEngine::new), BASIC_MODES);
        add(all, light("des-ede3", 24, 8, DESedeEngine::new), DES_MODES);
        add(all, light("desx", 24, 8, DesxCipher::new), EnumSet.of(Mode.CBC));
        add(all, rc2("rc2", 16), BASIC_MODES);
        add(all, rc2("rc2-64", 8), EnumSet.of(Mode.CBC));
        add(all, rc2("rc2-40", 5), EnumSet.of(Mode.CBC));
        all.put("rc4", rc4(16));
        all.put("rc4-40", rc4(5));
        all.put("chacha20", new EncCipher(ChaCha20.KEY, ChaCha20.IV, (name, payload, key) -> new PieceSource(name,
                payload, new PieceSource.Shape(ChaCha20.UNIT, 0, false), () -> new ChaCha20(key, payload.iv()))));
        return Map.copyOf(all);
    }

    /** What openssl and its older versions also call them. */
    private static Map<String, String> aliases() {
        Map<String, String> aliases = new HashMap<>();
        for (String family : List.of("aes", "aria", "camellia")) {
            for (String bits : List.of("128", "192", "256")) {
                aliases.put(family + bits, family + "-" + bits + "-cbc");
            }
        }
        for (String family : List.of("bf", "des", "desx", "idea", "rc2", "rc2-40", "rc2-64", "seed", "sm4")) {
            aliases.put(family, family + "-cbc");
        }
        aliases.put("blowfish", "bf-cbc");
        aliases.put("cast", "cast5-cbc");
        aliases.put("cast-cbc", "cast5-cbc");
        aliases.put("des3", "des-ede3-cbc");
        aliases.put("des-ede", "des-ede-ecb");
        aliases.put("des-ede3", "des-ede3-ecb");
        aliases.put("rc2-128", "rc2-cbc");
        for (String name : BY_NAME.keySet()) {
            // The objects' own names say how much is fed back: a block.
            if (name.endsWith("-cfb") || name.endsWith("-ofb")) {
                aliases.put(name + 8 * BY_NAME.get(name).ivLength, name);
            }
        }
        return Map.copyOf(aliases);
    }

    private static void add(Map<String, EncCipher> all, Family family, Set<Mode> modes) {
        for (Mode mode : modes) {
            int ivLength = mode == Mode.ECB ? 0 : family.block;
            all.put(family.name + "-" + mode.name().toLowerCase(Locale.ROOT), new EncCipher(family.keyLength, ivLength,
                    (name, payload, key) -> open(name, payload, family, mode, key)));
        }
    }

    private static ByteSource open(String name, Payload payload, Family family, Mode mode, byte[] key) {
        int block = family.block;
        Supplier<BlockEngine> engine = () -> family.engine.apply(key);
        return switch (mode) {
            case ECB -> new PieceSource(name, payload, new PieceSource.Shape(block, 0, true), () -> Modes.ecb(engine.get()));
            case CBC -> new PieceSource(name, payload, new PieceSource.Shape(block, block, true),
                    () -> Modes.cbc(engine.get()));
            case CFB -> new PieceSource(name, payload, new PieceSource.Shape(block, block, false),
                    () -> Modes.cfb(engine.get()));
            case CFB8 -> new PieceSource(name, payload, new PieceSource.Shape(1, block, false),
                    () -> Modes.cfb8(engine.get()));
            case CFB1 -> new PieceSource(name, payload, new PieceSource.Shape(1, block, false),
                    () -> Modes.cfb1(engine.get()));
            case CTR -> new PieceSource(name, payload, new PieceSource.Shape(block, 0, false),
                    () -> Modes.ctr(engine.get(), payload.iv()));
            case OFB -> new KeystreamSource(name, payload, new Keystream.OutputFeedback(engine, block, payload.iv()),
                    STATE_SPACING);
        };
    }

    private static Family light(String name, int keyLength, int block, Supplier<BlockCipher> maker) {
        return new Family(name, keyLength, block, key -> new LightEngine(maker, new KeyParameter(key), block));
    }

    /** RC2 with as many effective bits as its key has (OpenSSL, {@code EVP_rc2_40_cbc} and its like). */
    private static Family rc2(String name, int keyLength) {
        return new Family(name, keyLength, 8,
                key -> new LightEngine(RC2Engine::new, new RC2Parameters(key, 8 * keyLength), 8));
    }

    private static EncCipher rc4(int keyLength) {
        return new EncCipher(keyLength, 0, (name, payload, key) ->
                new KeystreamSource(name, payload, new Keystream.Rc4(key), STATE_SPACING));
    }

    private enum Mode {
        ECB, CBC, CFB, CFB8, CFB1, OFB, CTR
    }

    private record Family(String name, int keyLength, int block, Function<byte[], BlockEngine> engine) {}

    private interface Opener {
        ByteSource open(String name, Payload payload, byte[] key);
    }
}
