// SPDX-License-Identifier: Apache-2.0
package org.qbfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A package may import those of lower levels, and third-party types stay in the package that brings them in. */
class PackageRuleTest {
    /** Of the packages right below {@code org.qbfs}. Those of one level do not know each other. */
    private static final Map<String, Integer> LEVELS = Map.ofEntries(Map.entry("error", 0), Map.entry("index", 0),
            Map.entry("io", 1),
            Map.entry("scrypt", 2), Map.entry("openssl", 2), Map.entry("compress", 2), Map.entry("sparse", 2),
            Map.entry("inventory", 2), Map.entry("tar", 3), Map.entry("backup", 4), Map.entry("volume", 5),
            Map.entry("tree", 6), Map.entry("fuse", 7), Map.entry("extract", 7),
            Map.entry("verify", 7), Map.entry("cli", 8));
    /** The packages inside of one, from the bottom up: again, those of one row do not know each other. */
    private static final Map<String, List<Set<String>>> INSIDE = Map.of(
            "compress", List.of(Set.of("compress.codec"), Set.of("compress.seek"),
                    Set.of("compress.deflate", "compress.bzip2", "compress.lz4", "compress.xz", "compress.zstd"),
                    Set.of("compress")));
    /** Packages that may import fewer than their level allows. */
    private static final Map<String, Set<String>> FEWER = Map.of("inventory", Set.of("error"));
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "org.bouncycastle", Set.of("openssl"),
            "org.apache.commons.compress", Set.of("tar"),
            "org.tukaani", Set.of("compress.xz"),
            "com.github.benmanes.caffeine", Set.of("backup", "compress.seek", "fuse"),
            "com.sun.security", Set.of("fuse"),
            "jnr", Set.of("fuse"),
            "ru.serce", Set.of("fuse"),
            "picocli", Set.of("cli"),
            "org.slf4j", Set.of("backup", "volume", "tree", "fuse", "extract", "verify", "cli"));
    /** {@code package -> package} in the output of jdeps. */
    private static final Pattern ARROW = Pattern.compile("^\\s+([a-z][\\w.$]*)\\s+->\\s+([a-z][\\w.$]*)\\s+.*$");

    @Test
    void noPackageImportsWhatIsAboveItOrBesideIt() throws Exception {
        List<String> wrong = new ArrayList<>();
        Map<String, Set<String>> found = dependencies();
        found.forEach((from, all) -> all.forEach(to -> {
            if (!isAllowed(from, to)) {
                wrong.add(from + " -> " + to);
            }
        }));
        assertEquals(List.of(), wrong);
        Set<String> known = new TreeSet<>(LEVELS.keySet());
        INSIDE.values().forEach(rows -> rows.forEach(known::addAll));
        assertEquals(known, found.keySet().stream().filter(name -> name.startsWith("org.qbfs."))
                .map(name -> name.substring("org.qbfs.".length())).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static boolean isAllowed(String from, String to) {
        if (!from.startsWith("org.qbfs.")) {
            return true;
        }
        String user = from.substring("org.qbfs.".length());
        if (to.startsWith("org.qbfs.")) {
            return isBelow(to.substring("org.qbfs.".length()), user);
        }
        return LIBRARIES.entrySet().stream()
                .filter(library -> to.equals(library.getKey()) || to.startsWith(library.getKey() + "."))
                .map(library -> library.getValue().contains(user))
                .findFirst()
                .orElse(to.startsWith("java.") || to.startsWith("javax.") || to.startsWith("jdk.") || to.startsWith("org.xml.")
                        || to.startsWith("com.sun.management"));
    }

    private static boolean isBelow(String used, String user) {
        String family = first(user);
        if (family.equals(first(used))) {
            return user.equals(used) || row(used) < row(user);
        }
        return LEVELS.getOrDefault(first(used), Integer.MAX_VALUE) < LEVELS.getOrDefault(family, -1)
                && FEWER.getOrDefault(family, LEVELS.keySet()).contains(first(used));
    }

    private static String first(String name) {
        return name.split("\\.", 2)[0];
    }

    /** Where a package stands among those of its family; one that no row names stands nowhere, and fails. */
    private static int row(String name) {
        List<Set<String>> rows = INSIDE.get(first(name));
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).contains(name)) {
                return row;
            }
        }
        throw new AssertionError("not in a row: " + name);
    }

    /** Which package uses which. */
    private static Map<String, Set<String>> dependencies() throws Exception {
        Path classes = Path.of(Class.forName("org.qbfs.cli.Main").getProtectionDomain().getCodeSource().getLocation().toURI());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = ToolProvider.findFirst("jdeps").orElseThrow().run(new PrintWriter(out), new PrintWriter(err),
                "--ignore-missing-deps", "--multi-release", "base", "-filter:none", "-verbose:package",
                "-cp", System.getProperty("java.class.path"), classes.toString());
        assertEquals(0, exit, out + " " + err);
        Map<String, Set<String>> found = new TreeMap<>();
        for (String line : out.toString().split("\n")) {
            Matcher arrow = ARROW.matcher(line);
            if (arrow.matches()) {
                found.computeIfAbsent(arrow.group(1), key -> new TreeSet<>()).add(arrow.group(2));
            }
        }
        return found;
    }
}
