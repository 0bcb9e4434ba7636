// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A disk of a VM, as {@code qubes.xml} of Qubes 4 describes it. Its size is what the VM's system said when
 * the backup was made, and only a hint: the real one is in the image's own header.
 *
 * @param name {@code root}, {@code private}, {@code volatile}, {@code kernel}
 * @param pool the storage pool it lay in
 * @param size bytes
 * @param saved whether it keeps what the VM writes, and so is part of a backup of the VM
 */
public record Volume(String name, Optional<String> pool, OptionalLong size, boolean saved) {}
