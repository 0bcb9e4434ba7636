// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qbfs.backup.Catalog;
import org.qbfs.backup.Member;
import org.qbfs.index.RecordReader;
import org.qbfs.index.RecordWriter;

/**
 * What the outer file held when it was scanned, as the index keeps it. Immutable.
 *
 * @param stamp when that was; it may be so no more if the file has another one
 * @param print the catalog's; all else in the index is about a file with this one
 * @param members where the members lie; none if the file is damaged, or has more than are worth keeping: then it is scanned
 *     by each process
 */
record Layout(Stamp stamp, byte[] print, List<Member> members) {
    private static final int PRINT_BYTES = 32;
    /** Some 300,000 members. */
    private static final int MOST_BYTES = 16 << 20;
    /** A member takes at least so many bytes of a record. */
    private static final int LEAST_MEMBER_BYTES = 5;

    Layout {
        print = print.clone();
        members = List.copyOf(members);
    }

    static Layout of(Stamp stamp, Catalog catalog) {
        return new Layout(stamp, catalog.print(), catalog.problems().isEmpty() ? catalog.members() : List.of());
    }

    Layout with(Stamp other) {
        return new Layout(other, print, members);
    }

    boolean hasPrintOf(Layout other) {
        return Arrays.equals(print, other.print);
    }

    void write(RecordWriter record) {
        writeStamp(record, stamp);
        record.bytes(print);
        RecordWriter list = new RecordWriter().number(members.size());
        long before = 0;
        for (Member member : members) {
            list.text(member.name()).number(member.headerOffset() - before)
                    .number(member.dataOffset() - member.headerOffset()).number(member.size());
            before = member.end();
        }
        record.bytes(list.size() > MOST_BYTES ? new RecordWriter().number(0).record() : list.record());
    }

    static void writeStamp(RecordWriter record, Stamp stamp) {
        record.number(stamp.modifiedNanos()).number(stamp.changedNanos());
    }

    /**
     * What {@link #write} wrote.
     *
     * @throws BufferUnderflowException if it did not
     */
    static Layout read(RecordReader record) {
        Stamp stamp = readStamp(record);
        byte[] print = record.bytes(PRINT_BYTES);
        int count = record.count(LEAST_MEMBER_BYTES);
        List<Member> members = new ArrayList<>(count);
        long before = 0;
        for (int i = 0; i < count; i++) {
            String name = record.text();
            long header = before + record.number();
            Member member = new Member(name, header, header + record.number(), record.number(), true);
            members.add(member);
            before = member.end();
        }
        return new Layout(stamp, print, members);
    }

    static Stamp readStamp(RecordReader record) {
        return new Stamp(record.number(), record.number());
    }
}
