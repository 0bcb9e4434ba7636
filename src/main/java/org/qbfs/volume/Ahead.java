// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import org.qbfs.backup.Catalog;
import org.qbfs.backup.ScryptChunkOpener;

/**
 * Asks, before the list of VMs can be read, for chunks of a backup of version 4 that will be read first: their keys are
 * derived in one batch with those of the header and of the list, which costs little more time than those two alone.
 */
public interface Ahead {
    /** Asks for nothing. */
    Ahead NOTHING = (untrusted, opener) -> {};

    /**
     * Called while nothing of the backup has been authenticated, and only if no index has its keys. Returns at once.
     *
     * @param untrusted what the file seems to hold; keys of chunks that are not what they seem are of no use and do no harm
     */
    void ask(Catalog untrusted, ScryptChunkOpener opener);
}
