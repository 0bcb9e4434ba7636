// SPDX-License-Identifier: Apache-2.0
/**
 * What is special to a Qubes backup: the outer file and its members, the {@code backup-header}, chunk names
 * and numbers, the passphrase rule, authenticated chunks, and the stream that they form. Imports
 * {@code scrypt}, {@code openssl}, {@code tar}, {@code io}, {@code error} and Caffeine.
 *
 * <p>A <em>member</em> is one file of the outer tar. A <em>chunk</em> is a member that holds a part of a
 * <em>file group</em>: all chunks of one path, which together are one stream.
 */
package org.qbfs.backup;
