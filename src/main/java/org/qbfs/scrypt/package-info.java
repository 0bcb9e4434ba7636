// SPDX-License-Identifier: Apache-2.0
/**
 * The file format of the scrypt(1) utility: its header, the derivation of keys from passphrases, the
 * authentication of a whole file, and random access to its plaintext. Imports {@code error}, {@code io}
 * and the JDK; the Vector API's incubator module where it is there.
 *
 * <p>Words of RFC 7914 and of the FORMAT file of Tarsnap/scrypt: <em>N</em>, a power of two, is the number
 * of rows of the <em>table</em>; <em>r</em> is the size of a row in units of 128 bytes; <em>p</em> is the
 * number of independent blocks of a key. A <em>lane</em> is one such block on its way through ROMix; lanes
 * of equal N and r, of one key or of several, are computed together.
 */
package org.qbfs.scrypt;
