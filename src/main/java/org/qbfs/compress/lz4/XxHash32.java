// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.lz4;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** XXH32 with seed 0 (xxHash specification 0.1.1), the checksum of lz4 frames. */
final class XxHash32 {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PRIME1 = 0x9E3779B1;
    private static final int PRIME2 = 0x85EBCA77;
    private static final int PRIME3 = 0xC2B2AE3D;
    private static final int PRIME4 = 0x27D4EB2F;
    private static final int PRIME5 = 0x165667B1;
    private static final int STRIPE = 16;

    private final byte[] rest = new byte[STRIPE];
    private int restLength;
    private long length;
    private int lane1 = PRIME1 + PRIME2;
    private int lane2 = PRIME2;
    private int lane3;
    private int lane4 = -PRIME1;

    static int of(byte[] bytes, int offset, int count) {
        XxHash32 hash = new XxHash32();
        hash.update(bytes, offset, count);
        return hash.value();
    }

    void update(byte[] bytes, int offset, int count) {
        length += count;
        int at = offset;
        int end = offset + count;
        if (restLength > 0) {
            int taken = Math.min(STRIPE - restLength, count);
            System.arraycopy(bytes, at, rest, restLength, taken);
            restLength += taken;
            at += taken;
            if (restLength < STRIPE) {
                return;
            }
            stripes(rest, 0, STRIPE);
            restLength = 0;
        }
        int whole = at + (end - at) / STRIPE * STRIPE;
        stripes(bytes, at, whole);
        restLength = end - whole;
        System.arraycopy(bytes, whole, rest, 0, restLength);
    }

    private void stripes(byte[] bytes, int from, int end) {
        for (int at = from; at < end; at += STRIPE) {
            lane1 = round(lane1, (int) INT.get(bytes, at));
            lane2 = round(lane2, (int) INT.get(bytes, at + 4));
            lane3 = round(lane3, (int) INT.get(bytes, at + 8));
            lane4 = round(lane4, (int) INT.get(bytes, at + 12));
        }
    }

    private static int round(int lane, int input) {
        return Integer.rotateLeft(lane + input * PRIME2, 13) * PRIME1;
    }

    int value() {
        int hash = length >= STRIPE
                ? Integer.rotateLeft(lane1, 1) + Integer.rotateLeft(lane2, 7) + Integer.rotateLeft(lane3, 12)
                        + Integer.rotateLeft(lane4, 18)
                : PRIME5;
        hash += (int) length;
        int at = 0;
        for (; at + 4 <= restLength; at += 4) {
            hash = Integer.rotateLeft(hash + (int) INT.get(rest, at) * PRIME3, 17) * PRIME4;
        }
        for (; at < restLength; at++) {
            hash = Integer.rotateLeft(hash + (rest[at] & 0xff) * PRIME5, 11) * PRIME1;
        }
        hash = (hash ^ hash >>> 15) * PRIME2;
        hash = (hash ^ hash >>> 13) * PRIME3;
        return hash ^ hash >>> 16;
    }
}
