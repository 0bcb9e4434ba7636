// SPDX-License-Identifier: Apache-2.0
package org.qbfs.compress.codec;

/**
 * A place where decoding can start.
 *
 * @param decodedOffset offset of the next byte in the decoded stream
 * @param compressedBit offset in the compressed source, in bits, where the decoder goes on
 * @param state what the codec needs besides (a packed window, tables); its own format, hostile when it
 *     comes from outside; never changed after construction
 */
public record Checkpoint(long decodedOffset, long compressedBit, byte[] state) {
    /** The beginning of every stream. */
    public static final Checkpoint START = new Checkpoint(0, 0, new byte[0]);
}
