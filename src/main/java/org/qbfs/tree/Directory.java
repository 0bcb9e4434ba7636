// SPDX-License-Identifier: Apache-2.0
package org.qbfs.tree;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A directory. What it holds may be found out only when it is asked for. */
public final class Directory implements Node {
    private final Attributes attributes;
    private final Lazy<Map<String, Lazy<Node>>> children;
    private final Runnable prepare;

    /**
     * A directory of {@code children}.
     *
     * @param prepare makes the children's attributes come sooner; returns at once
     */
    Directory(Attributes attributes, Lazy<Map<String, Lazy<Node>>> children, Runnable prepare) {
        this.attributes = attributes;
        this.children = children;
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
        return Collections.unmodifiableSet(children.get().keySet());
    }

    /**
     * What is called {@code name}. For a file of a VM this costs its first chunk: a key derivation.
     *
     * @throws IOException if it is there, and what it is cannot be read
     */
    public Optional<Node> child(String name) throws IOException {
        Lazy<Node> child = children.get().get(name);
        return child == null ? Optional.empty() : Optional.of(child.get());
    }

    Map<String, Lazy<Node>> children() throws IOException {
        return children.get();
    }

    /** Says that the children will be asked for soon. Returns at once. */
    public void prepare() {
        prepare.run();
    }
}
