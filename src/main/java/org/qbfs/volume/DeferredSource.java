// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.qbfs.io.ByteSource;

/** A source that is opened when it is first asked for anything; one that cannot be opened is tried again. */
final class DeferredSource implements ByteSource {
    private final String name;
    private final Opener opener;
    /** Held while the source is opened, so that this is done once. */
    private final ReentrantLock opening = new ReentrantLock();
    private volatile ByteSource opened;

    /** Opens a source. */
    interface Opener {
        /** Opens it; may cost the start of its first chunk. */
        ByteSource open() throws IOException;
    }

    DeferredSource(String name, Opener opener) {
        this.name = name;
        this.opener = opener;
    }

    /** The source behind this. */
    ByteSource opened() throws IOException {
        ByteSource there = opened;
        if (there != null) {
            return there;
        }
        opening.lock();
        try {
            if (opened == null) {
                opened = opener.open();
            }
            return opened;
        } finally {
            opening.unlock();
        }
    }

    @Override
    public long size() throws IOException {
        return opened().size();
    }

    @Override
    public int read(long position, ByteBuffer dst) throws IOException {
        return opened().read(position, dst);
    }

    /** That of the source behind this, once it is open. */
    @Override
    public String name() {
        ByteSource there = opened;
        return there == null ? name : there.name();
    }
}
