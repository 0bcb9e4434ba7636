// SPDX-License-Identifier: Apache-2.0
/**
 * What a compression format has to offer, and what its decoders share. A {@link org.qbfs.compress.codec.Codec} makes
 * {@link org.qbfs.compress.codec.Decoder decoders}: a decoding in progress, forward only, used by one thread at a time.
 *
 * <p>A <em>checkpoint</em> is a place where decoding can start without what comes before it. The <em>window</em> is the
 * decoded bytes that a format may refer back to. Imports {@code io} and {@code error}.
 */
package org.qbfs.compress.codec;
