// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.util.Optional;
import org.qbfs.io.ByteSource;

/**
 * The inner tar of a file group.
 *
 * @param bytes all of it
 * @param salvage a way to some of what {@code bytes} cannot give behind a loss, if that is wanted and there is one
 */
record InnerTar(ByteSource bytes, Optional<Salvage> salvage) {
    /** A tar of which nothing is salvaged. */
    static InnerTar of(ByteSource bytes) {
        return new InnerTar(bytes, Optional.empty());
    }
}
