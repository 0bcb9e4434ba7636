// SPDX-License-Identifier: Apache-2.0
package org.qbfs.inventory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The directory names under which VMs are shown. A VM keeps its own name where that is fit for a file name and
 * no other one has it. Otherwise it is called {@code vm<qid>}, or after the last part of its backup path if
 * its qid is unknown, with a number at the end if that name is taken. Which name a VM gets depends only on the
 * list of VMs.
 *
 * <p>Qubes itself allows letters, digits, {@code -}, {@code _} and {@code .} (qubes-core-admin
 * {@code qubes/vm/__init__.py}, {@code validate_name}, at 1ad5f9b8); other names come from a backup that was altered.
 */
public final class SafeNames {
    /** The limit of Linux file systems, in bytes of UTF-8. */
    private static final int MAX_BYTES = 255;
    /** What stands beside the VMs' directories. */
    private static final Set<String> RESERVED = Set.of("backup-header", "qubes.xml");
    private static final String DOM0 = "dom0";

    private SafeNames() {}

    /**
     * A directory to be named.
     *
     * @param name the VM's name, empty if unknown
     * @param qid its number
     * @param backupPath where its files lie in the backup, empty if unknown
     * @param isDom0 whether it is dom0, which alone may be called so
     */
    public record Candidate(String name, OptionalInt qid, String backupPath, boolean isDom0) {
        /** What is to be named when {@code qubes.xml} is read. */
        public static Candidate of(Vm vm) {
            return new Candidate(vm.name(), vm.qid(), vm.backupPath().orElse(""), vm.isDom0());
        }

        /** Files under a path that {@code qubes.xml} does not list, or of a backup without it. */
        public static Candidate unlisted(String backupPath) {
            return new Candidate("", OptionalInt.empty(), backupPath, false);
        }
    }

    /** One name for each of {@code candidates}, in their order; no two are the same. */
    public static List<String> of(List<Candidate> candidates) {
        Map<String, Integer> owners = new HashMap<>();
        for (Candidate candidate : candidates) {
            ownName(candidate).ifPresent(name -> owners.merge(name, 1, Integer::sum));
        }
        // Nobody gives up the own name to the fallback of another one.
        Set<String> taken = new HashSet<>(RESERVED);
        taken.add(DOM0);
        taken.addAll(owners.keySet());
        List<String> names = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Optional<String> own = ownName(candidate).filter(name -> owners.get(name) == 1);
            names.add(own.orElseGet(() -> fallback(candidate, taken)));
        }
        return List.copyOf(names);
    }

    /** Whether {@code name} can be one directory's name on Linux, and shows on a terminal as what it is. */
    public static boolean isSafe(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
                && name.codePoints().allMatch(c -> c != '/' && isShowable(c));
    }

    /** Whether a terminal shows {@code character} as itself. */
    static boolean isShowable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static Optional<String> ownName(Candidate candidate) {
        return Optional.of(candidate.name)
                .filter(SafeNames::isSafe)
                .filter(name -> !RESERVED.contains(name) && (candidate.isDom0 || !name.equals(DOM0)));
    }

    private static String fallback(Candidate candidate, Set<String> taken) {
        String base = candidate.qid.isPresent() ? "vm" + candidate.qid.getAsInt() : lastPart(candidate.backupPath);
        String name = base;
        for (int i = 2; !taken.add(name); i++) {
            name = base + "-" + i;
        }
        return name;
    }

    /** The last part of a path, with an underscore for each character that is not safe. */
    private static String lastPart(String path) {
        String trimmed = Inventory.withoutSlash(path);
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        StringBuilder safe = new StringBuilder();
        last.codePoints().limit(MAX_BYTES / 8).forEach(c -> safe.appendCodePoint(isShowable(c) ? c : '_'));
        return isSafe(safe.toString()) ? safe.toString() : "vm";
    }
}
