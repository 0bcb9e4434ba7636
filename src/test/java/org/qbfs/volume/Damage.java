// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Member;
import org.qbfs.io.MemorySource;
import org.qbfs.tar.Checksums;

/**
 * What may happen to a backup file: bits turn, it is cut, members are lost, doubled, exchanged and renamed.
 *
 * <p>A chunk of version 2 or 3 and its MAC are never moved both to the place of another chunk and its MAC: nothing in the
 * file says which of the two was where, so nobody can notice in what is not compressed.
 */
final class Damage {
    private static final int RECORD = 10_240;
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;

    private final byte[] backup;
    private final List<Part> parts;

    /** One member's archive: {@code [start, end)} of the backup, with its data from {@code data} on. */
    private record Part(String name, int start, int data, int end) {}

    /** What was done, and what came of it. */
    record Damaged(String what, byte[] bytes) {}

    Damage(byte[] backup) throws IOException {
        this.backup = backup;
        this.parts = parts(backup);
    }

    private static List<Part> parts(byte[] backup) throws IOException {
        Catalog catalog = Catalog.scan(new MemorySource("intact", backup));
        List<Member> members = new ArrayList<>();
        catalog.member(Catalog.HEADER).ifPresent(members::add);
        catalog.member(Catalog.HEADER_MAC).ifPresent(members::add);
        catalog.groups().forEach(group -> group.chunks().forEach(chunk -> {
            members.add(chunk.member());
            chunk.mac().ifPresent(members::add);
        }));
        List<Part> parts = new ArrayList<>();
        int start = 0;
        for (Member member : members) {
            int end = start + (int) ((member.end() - start + 2 * BLOCK + RECORD - 1) / RECORD * RECORD);
            parts.add(new Part(member.name(), start, (int) member.dataOffset(), end));
            start = end;
        }
        if (start != backup.length) {
            throw new IOException("the members end at " + start + ", the backup at " + backup.length);
        }
        return parts;
    }

    /** The backup without the members {@code lost}. */
    byte[] without(Set<String> lost) {
        List<Part> left = parts.stream().filter(part -> !lost.contains(part.name)).toList();
        if (left.size() + lost.size() != parts.size()) {
            throw new IllegalArgumentException(lost + " of " + parts);
        }
        return joined(left);
    }

    /** The backup with one bit flipped in the data of the member {@code name}. */
    byte[] flippedIn(String name) {
        byte[] bytes = backup.clone();
        bytes[parts.stream().filter(part -> part.name.equals(name)).findFirst().orElseThrow().data + 300] ^= 1;
        return bytes;
    }

    int members() {
        return parts.size();
    }

    /** One case, chosen by {@code random}. */
    Damaged next(Random random) {
        return switch (random.nextInt(13)) {
            case 0, 1, 2, 3 -> flipped(random, false);
            case 4, 5 -> flipped(random, true);
            case 6 -> forged(random);
            case 7 -> cut(random);
            case 8 -> lost(random);
            case 9 -> doubled(random);
            case 10 -> exchanged(random);
            case 11 -> exchangedNames(random);
            default -> renamed(random);
        };
    }

    private Part any(Random random) {
        return parts.get(random.nextInt(parts.size()));
    }

    /** One to three bits, anywhere or in the headers of the members. */
    private Damaged flipped(Random random, boolean inHeaders) {
        byte[] bytes = backup.clone();
        StringBuilder what = new StringBuilder("flipped bits:");
        for (int count = random.nextInt(4) == 0 ? 3 : 1; count > 0; count--) {
            Part part = any(random);
            long bit = inHeaders
                    ? 8L * part.start + random.nextInt(8 * (part.data - part.start))
                    : random.nextInt(8 * bytes.length);
            bytes[(int) (bit >>> 3)] ^= (byte) (1 << (bit & 7));
            what.append(' ').append(bit);
        }
        return new Damaged(what.toString(), bytes);
    }

    /** A bit in a member's header whose checksum is then made right. */
    private Damaged forged(Random random) {
        Part part = any(random);
        byte[] header = Arrays.copyOfRange(backup, part.data - BLOCK, part.data);
        int bit = random.nextInt(8 * BLOCK);
        header[bit >>> 3] ^= (byte) (1 << (bit & 7));
        byte[] bytes = backup.clone();
        System.arraycopy(Checksums.repaired(header), 0, bytes, part.data - BLOCK, BLOCK);
        return new Damaged("forged the header of " + part.name + " in bit " + bit, bytes);
    }

    private Damaged cut(Random random) {
        int length = random.nextInt(backup.length);
        if (random.nextBoolean()) {
            return new Damaged("cut to " + length, Arrays.copyOf(backup, length));
        }
        int from = random.nextInt(backup.length);
        int to = Math.min(backup.length, from + 1 + random.nextInt(random.nextBoolean() ? 700 : 20_000));
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        left.write(backup, 0, from);
        left.write(backup, to, backup.length - to);
        return new Damaged("cut out " + from + " to " + to, left.toByteArray());
    }

    private Damaged lost(Random random) {
        List<Part> left = new ArrayList<>(parts);
        StringBuilder what = new StringBuilder("lost:");
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            what.append(' ').append(left.remove(random.nextInt(left.size())).name);
        }
        return new Damaged(what.toString(), joined(left));
    }

    /** A member is there twice, anywhere; one of the two may have a bit turned. */
    private Damaged doubled(Random random) {
        Part part = any(random);
        byte[] copy = Arrays.copyOfRange(backup, part.start, part.end);
        String what = "doubled " + part.name;
        if (random.nextBoolean()) {
            int bit = random.nextInt(8 * copy.length);
            copy[bit >>> 3] ^= (byte) (1 << (bit & 7));
            what += " with bit " + bit + " flipped";
        }
        int before = random.nextInt(parts.size() + 1);
        int at = before == parts.size() ? backup.length : parts.get(before).start;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(backup, 0, at);
        all.writeBytes(copy);
        all.write(backup, at, backup.length - at);
        return new Damaged(what + " at " + at, all.toByteArray());
    }

    /** Two members change their places, with their names or without. */
    private Damaged exchanged(Random random) {
        List<Part> moved = new ArrayList<>(parts);
        int one = random.nextInt(moved.size());
        int two = random.nextInt(moved.size());
        Collections.swap(moved, one, two);
        byte[] bytes = joined(moved);
        String what = "exchanged " + parts.get(one).name + " and " + parts.get(two).name;
        if (random.nextBoolean()) {
            return new Damaged(what, bytes);
        }
        int start = 0;
        for (int i = 0; i < moved.size(); i++) {
            Part part = moved.get(i);
            rename(bytes, start + part.data - part.start, parts.get(i).name);
            start += part.end - part.start;
        }
        return new Damaged(what + " but for their names", bytes);
    }

    /** Two members, of one size if there are such, have each other's name; nothing else moves. */
    private Damaged exchangedNames(Random random) {
        Part one = any(random);
        List<Part> alike = parts.stream().filter(part -> part != one && part.end - part.data == one.end - one.data).toList();
        Part two = alike.isEmpty() ? any(random) : alike.get(random.nextInt(alike.size()));
        byte[] bytes = backup.clone();
        rename(bytes, one.data, two.name);
        rename(bytes, two.data, one.name);
        return new Damaged("exchanged the names of " + one.name + " and " + two.name, bytes);
    }

    private Damaged renamed(Random random) {
        Part part = any(random);
        String name = switch (random.nextInt(4)) {
            case 0 -> any(random).name;
            case 1 -> part.name.replace("vm1", "vm2");
            case 2 -> part.name.replaceFirst("[0-9]{3}", String.format("%03d", random.nextInt(4)));
            default -> part.name.replace("private", "root").replace(".hmac", "");
        };
        byte[] bytes = backup.clone();
        rename(bytes, part.data, name);
        return new Damaged("renamed " + part.name + " to " + name, bytes);
    }

    private static void rename(byte[] bytes, int data, String name) {
        byte[] header = Arrays.copyOfRange(bytes, data - BLOCK, data);
        Arrays.fill(header, 0, NAME_LENGTH, (byte) 0);
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, header, 0, ascii.length);
        System.arraycopy(Checksums.repaired(header), 0, bytes, data - BLOCK, BLOCK);
    }

    private byte[] joined(List<Part> order) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        order.forEach(part -> all.write(backup, part.start, part.end - part.start));
        return all.toByteArray();
    }
}
