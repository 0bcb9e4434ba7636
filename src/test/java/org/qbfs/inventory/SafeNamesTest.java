// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qbfs.inventory.SafeNames.Candidate;

class SafeNamesTest {
    private static Candidate vm(String name, int qid) {
        return new Candidate(name, OptionalInt.of(qid), "vm" + qid, false);
    }

    @Test
    void safeNamesAreKept() {
        assertEquals(List.of("work", "my vm", "größe", "a.b_c-d", ".hidden", "dom0"), SafeNames.of(List.of(vm("work", 1),
                vm("my vm", 2), vm("größe", 3), vm("a.b_c-d", 4), vm(".hidden", 5),
                new Candidate("dom0", OptionalInt.of(0), "dom0-home/user", true))));
    }

    @Test
    void unsafeNamesBecomeTheNumber() {
        for (String name : List.of("", ".", "..", "a/b", "/", "a\0b", "a\nb", "\u001b[31m", "a\u0085b", "a\u202eb",
                "\ud800", "x".repeat(256), "ä".repeat(128), "dom0", "backup-header", "qubes.xml")) {
            assertEquals(List.of("vm7"), SafeNames.of(List.of(vm(name, 7))), name);
        }
        assertEquals(List.of("x".repeat(255)), SafeNames.of(List.of(vm("x".repeat(255), 7))));
    }

    @Test
    void duplicatesGiveWayWhateverTheirOrder() {
        assertEquals(List.of("vm1", "other", "vm2"), SafeNames.of(List.of(vm("a", 1), vm("other", 3), vm("a", 2))));
        assertEquals(List.of("vm2", "vm1", "other"), SafeNames.of(List.of(vm("a", 2), vm("a", 1), vm("other", 3))));
    }

    @Test
    void nobodyTakesAnothersOwnName() {
        assertEquals(List.of("vm2-2", "vm2"), SafeNames.of(List.of(vm("..", 2), vm("vm2", 5))));
        assertEquals(List.of("vm10", "vm10-2"), SafeNames.of(List.of(vm("", 10), vm("/", 10))));
    }

    @Test
    void withoutNumberThePathNamesIt() {
        List<Candidate> all = new ArrayList<>();
        for (String path : List.of("vm9", "vm9/", "appvms/work", "a/b\nc", "", "..", "x/..", "backup-header", "///")) {
            all.add(Candidate.unlisted(path));
        }
        assertEquals(List.of("vm9", "vm9-2", "work", "b_c", "vm", "vm-2", "vm-3", "backup-header-2", "vm-4"),
                SafeNames.of(all));
    }

    @Test
    void anythingGetsItsOwnSafeName() {
        Random random = new Random(3);
        String[] parts = {"vm", "1", "2", "-2", "/", ".", "\n", "a", "", "dom0", "\ud83d", "\ude00", "x".repeat(200)};
        for (int round = 0; round < 500; round++) {
            List<Candidate> all = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                OptionalInt qid = random.nextBoolean() ? OptionalInt.of(random.nextInt(4)) : OptionalInt.empty();
                all.add(new Candidate(word(random, parts), qid, word(random, parts), random.nextInt(9) == 0));
            }
            List<String> names = SafeNames.of(all);
            assertEquals(all.size(), new HashSet<>(names).size(), () -> all + " → " + names);
            assertTrue(names.stream().allMatch(SafeNames::isSafe), () -> all + " → " + names);
            assertTrue(names.stream().noneMatch(name -> name.getBytes(StandardCharsets.UTF_8).length > 255));
            assertFalse(names.contains("qubes.xml"));
            assertEquals(names, SafeNames.of(all));
        }
    }

    private static String word(Random random, String[] parts) {
        return parts[random.nextInt(parts.length)] + parts[random.nextInt(parts.length)];
    }
}
