// SPDX-License-Identifier: Apache-2.0
/**
 * What the descriptions inside a backup say about its VMs: {@code qubes.xml} in both of its schemas,
 * {@code firewall.xml} in both of its versions, {@code notes.txt}, and the file name under which each VM
 * is shown. Imports {@code error} and the JDK only.
 *
 * <p>All of it is text that someone may have altered: it is read without DTDs and external entities, with
 * limits on its size, depth and number of elements, and whatever does not fit is
 * {@link org.qbfs.error.CorruptData}.
 *
 * <p><em>core3</em> is the schema of {@code qubes.xml} since Qubes 4.0 (backup version 4), <em>core2</em>
 * the one before (versions 2 and 3). A VM's <em>qid</em> is its number; a <em>backup path</em> is the
 * directory of its files in the backup, such as {@code vm7} or {@code appvms/work}.
 */
package org.qbfs.inventory;
