// SPDX-License-Identifier: Apache-2.0
package org.qbfs.openssl;

import java.util.Arrays;
import org.qbfs.openssl.Keystream.Maker;

/** A keystream that can only be made from its beginning on, or from a state that was kept. For one thread at a time. */
interface Keystream {
    /** Makes the next {@code length} bytes, a multiple of the unit. */
    void next(byte[] out, int at, int length);

    /** What the rest of the keystream depends on: goes into {@link Maker#resume}. */
    byte[] state();

    /** Starts keystreams under one key. */
    interface Maker {
        /** Every length and position is a multiple of this. */
        int unit();

        /** The state at the beginning. */
        byte[] start();

        /** A keystream that goes on from {@code state}. */
        Keystream resume(byte[] state);
    }

    /** Output feedback: each block of keystream is the one before it, encrypted; the IV is the first. */
    record OutputFeedback(java.util.function.Supplier<BlockEngine> engine, int unit, byte[] start) implements Maker {
        @Override
        public Keystream resume(byte[] state) {
            BlockEngine own = engine.get();
            byte[] register = state.clone();
            return new Keystream() {
                @Override
                public void next(byte[] out, int at, int length) {
                    own.outputFeedback(register, out, at, length);
                }

                @Override
                public byte[] state() {
                    return register.clone();
                }
            };
        }
    }

    /** RC4. Its state is the permutation and the two indices. */
    record Rc4(byte[] key) implements Maker {
        private static final int N = 256;

        @Override
        public int unit() {
            return 1;
        }

        @Override
        public byte[] start() {
            byte[] state = new byte[N + 2];
            for (int i = 0; i < N; i++) {
                state[i] = (byte) i;
            }
            for (int i = 0, j = 0; i < N; i++) {
                j = (j + state[i] + key[i % key.length]) & 0xff;
                byte swapped = state[i];
                state[i] = state[j];
                state[j] = swapped;
            }
            return state;
        }

        @Override
        public Keystream resume(byte[] state) {
            byte[] own = state.clone();
            return new Keystream() {
                @Override
                public void next(byte[] out, int at, int length) {
                    int i = own[N] & 0xff;
                    int j = own[N + 1] & 0xff;
                    for (int done = 0; done < length; done++) {
                        i = (i + 1) & 0xff;
                        byte atI = own[i];
                        j = (j + atI) & 0xff;
                        byte atJ = own[j];
                        own[i] = atJ;
                        own[j] = atI;
                        out[at + done] = own[(atI + atJ) & 0xff];
                    }
                    own[N] = (byte) i;
                    own[N + 1] = (byte) j;
                }

                @Override
                public byte[] state() {
                    return Arrays.copyOf(own, own.length);
                }
            };
        }
    }
}
