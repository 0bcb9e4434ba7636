// SPDX-License-Identifier: Apache-2.0
/**
 * What {@code openssl dgst -hmac} and {@code openssl enc} wrote into backups of versions 2 and 3: MACs, and
 * encrypted streams as random-access sources. Imports {@code error}, {@code io} and Bouncy Castle, none of
 * whose types leave the package.
 *
 * <p>Digests and ciphers are known by the names that openssl gives them, since a backup header holds what the
 * user typed for openssl. The JDK's own implementations are used where it has fast ones, Bouncy Castle's for
 * the rest.
 *
 * <p>A <em>piece</em> is a run of whole units (blocks, or bytes) of a stream that is decrypted at once. A
 * <em>keystream</em> is what a stream cipher XORs with the text.
 */
package org.qbfs.openssl;
