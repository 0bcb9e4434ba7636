// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.qbfs.error.CorruptData;
import org.qbfs.error.Place;

/**
 * One element of a small XML file: its attributes, its text and the elements in it. Immutable.
 *
 * <p>The file is read as a stream. A document type, an entity that XML itself does not define, and
 * anything above the limits below is refused when it is met, so that what is kept is bounded by them.
 *
 * @param name its name, without a namespace
 * @param attributes its attributes in the order of the file
 * @param text its text without that of the elements in it; empty if it has none
 * @param children the elements in it
 */
record XmlElement(String name, Map<String, String> attributes, String text, List<XmlElement> children) {
    /** Real files have some 60 elements for each VM, hundreds of VMs at most, and a depth of 6. */
    private static final int MAX_ELEMENTS = 250_000;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_ATTRIBUTES = 100;

    /**
     * Reads a file of at most {@code maxBytes}. It is UTF-8, whatever its declaration says: upstream reads it
     * as that too (qubes-core-admin-client {@code qubesadmin/backup/core3.py}, {@code load}).
     *
     * @param source the name of the file, for messages
     * @throws CorruptData if it is not well-formed, or has what no file of ours has
     */
    static XmlElement parse(byte[] untrusted, int maxBytes, String source) throws CorruptData {
        String text = Utf8.decode(untrusted, maxBytes, source);
        try {
            return new Builder(source).build(factory().createXMLStreamReader(new StringReader(text)));
        } catch (XMLStreamException e) {
            throw new CorruptData("not well-formed XML: " + oneLine(e.getMessage()), Place.of(source), e);
        } catch (RuntimeException e) {
            // The JDK's parser has no text for some of its own messages, and throws MissingResourceException instead.
            throw new CorruptData("XML that the parser fails with: " + oneLine(e.getMessage()), Place.of(source), e);
        }
    }

    /** The first element called {@code name} in this one. */
    Optional<XmlElement> child(String name) {
        return children.stream().filter(child -> child.name.equals(name)).findFirst();
    }

    /** The elements called {@code name} in the ones called {@code parent} in this one. */
    List<XmlElement> grandchildren(String parent, String name) {
        return children.stream()
                .filter(child -> child.name.equals(parent))
                .flatMap(child -> child.children.stream())
                .filter(grandchild -> grandchild.name.equals(name))
                .toList();
    }

    /** The value of an attribute. */
    Optional<String> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entity");
        });
        return factory;
    }

    private static String oneLine(String message) {
        return message == null ? "" : message.replaceAll("\\s+", " ");
    }

    /** The elements that are open while a file is read. */
    private static final class Builder {
        private final String source;
        private final Deque<Open> open = new ArrayDeque<>();
        private int elements;

        Builder(String source) {
            this.source = source;
        }

        XmlElement build(XMLStreamReader reader) throws XMLStreamException, CorruptData {
            XmlElement root = null;
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start(reader);
                    case XMLStreamConstants.END_ELEMENT -> root = end();
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                        if (!open.isEmpty()) {
                            open.peek().text.append(reader.getText());
                        }
                    }
                    case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION,
                            XMLStreamConstants.END_DOCUMENT -> { }
                    case XMLStreamConstants.DTD -> throw bad("it has a document type, which no such file has");
                    default -> throw bad("it has an entity or another part that no such file has");
                }
            }
            if (root == null) {
                throw bad("it has no elements");
            }
            return root;
        }

        private void start(XMLStreamReader reader) throws CorruptData {
            elements++;
            if (elements > MAX_ELEMENTS || open.size() >= MAX_DEPTH || reader.getAttributeCount() > MAX_ATTRIBUTES) {
                throw bad("it has more than " + MAX_ELEMENTS + " elements, " + MAX_DEPTH + " levels or "
                        + MAX_ATTRIBUTES + " attributes in one element");
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            for (int i = 0; i < reader.getAttributeCount(); i++) {
                attributes.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
            }
            open.push(new Open(reader.getLocalName(), Collections.unmodifiableMap(attributes),
                    new StringBuilder(0), new ArrayList<>(0)));
        }

        private XmlElement end() {
            Open done = open.pop();
            // White space around elements is layout, not text.
            String text = done.children.isEmpty() ? done.text.toString() : done.text.toString().strip();
            XmlElement element = new XmlElement(done.name, done.attributes, text, List.copyOf(done.children));
            if (!open.isEmpty()) {
                open.peek().children.add(element);
            }
            return element;
        }

        private CorruptData bad(String what) {
            return new CorruptData(what, Place.of(source));
        }
    }

    private record Open(String name, Map<String, String> attributes, StringBuilder text, List<XmlElement> children) {}
}
