// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qbfs.error.QbfsException;

/** A directory. What it holds may be found out only when it is asked for. */
public final class Directory implements Node {
    private final Attributes attributes;
    private final Lazy<Contents> contents;
    private final Runnable prepare;

    /**
     * What a directory holds.
     *
     * @param children by name
     * @param damage what kept more from being found
     */
    record Contents(Map<String, Lazy<Node>> children, List<QbfsException> damage) {
        /** Contents of which nothing is lost. */
        static Contents of(Map<String, Lazy<Node>> children) {
            return new Contents(children, List.of());
        }
    }

    /**
     * A directory of {@code contents}.
     *
     * @param prepare makes the children's attributes come sooner; returns at once
     */
    Directory(Attributes attributes, Lazy<Contents> contents, Runnable prepare) {
        this.attributes = attributes;
        this.contents = contents;
        this.prepare = prepare;
    }

    @Override
    public Attributes attributes() {
        return attributes;
    }

    /**
     * The names in it, in a fixed order. Cheap for a VM's directory; for one that lies in an archive the
     * archive is decoded once.
     */
    public Set<String> names() throws IOException {
        return Collections.unmodifiableSet(contents.get().children().keySet());
    }

    /**
     * What is called {@code name}. For a file of a VM this costs its first chunk: a key derivation.
     *
     * @throws IOException if it is there, and what it is cannot be read
     */
    public Optional<Node> child(String name) throws IOException {
        Lazy<Node> child = contents.get().children().get(name);
        return child == null ? Optional.empty() : Optional.of(child.get());
    }

    /**
     * Damage behind which there may be more names that nobody can know. An archive tells of all damage in its
     * topmost directory. Costs what {@link #names} costs.
     */
    public List<QbfsException> damage() throws IOException {
        return contents.get().damage();
    }

    Contents contents() throws IOException {
        return contents.get();
    }

    /** Says that the children will be asked for soon. Returns at once. */
    public void prepare() {
        prepare.run();
    }
}
