// SPDX-License-Identifier: Apache-2.0
package org.qbfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;

/** A package may import those of lower levels, and third-party types stay in the package that brings them in. */
class PackageRuleTest {
    private static final Map<String, Integer> LEVELS = Map.ofEntries(Map.entry("error", 0), Map.entry("index", 0),
            Map.entry("io", 1),
            Map.entry("scrypt", 2), Map.entry("openssl", 2), Map.entry("compress", 2), Map.entry("sparse", 2),
            Map.entry("inventory", 2), Map.entry("tar", 3), Map.entry("backup", 4), Map.entry("volume", 5),
            Map.entry("tree", 6), Map.entry("fuse", 7), Map.entry("extract", 7),
            Map.entry("verify", 7), Map.entry("cli", 8));
    /** Packages that may import fewer than their level allows. */
    private static final Map<String, Set<String>> FEWER = Map.of("inventory", Set.of("error"));
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "org.bouncycastle", Set.of("openssl"),
            "org.apache.commons.compress", Set.of("tar", "compress"),
            "org.tukaani", Set.of("compress"),
            "com.github.benmanes.caffeine", Set.of("backup", "compress", "fuse"),
            "com.sun.security", Set.of("fuse"),
            "jnr", Set.of("fuse"),
            "ru.serce", Set.of("fuse"),
            "picocli", Set.of("cli"),
            "org.slf4j", Set.of("backup", "volume", "tree", "fuse", "extract", "verify", "cli",
                    "scrypt", "compress"));
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
        assertTrue(found.keySet().containsAll(LEVELS.keySet().stream().map(name -> "org.qbfs." + name).toList()),
                "jdeps saw only " + found.keySet());
    }

    private static boolean isAllowed(String from, String to) {
        if (!from.startsWith("org.qbfs.")) {
            return true;
        }
        String user = from.substring("org.qbfs.".length());
        if (to.startsWith("org.qbfs.")) {
            String used = to.substring("org.qbfs.".length());
            int level = LEVELS.getOrDefault(user, -1);
            Set<String> few = FEWER.getOrDefault(user, LEVELS.keySet());
            return user.equals(used) || LEVELS.getOrDefault(used, Integer.MAX_VALUE) < level && few.contains(used);
        }
        return LIBRARIES.entrySet().stream()
                .filter(library -> to.equals(library.getKey()) || to.startsWith(library.getKey() + "."))
                .map(library -> library.getValue().contains(user))
                .findFirst()
                .orElse(to.startsWith("java.") || to.startsWith("javax.") || to.startsWith("jdk.") || to.startsWith("org.xml.")
                        || to.startsWith("com.sun.management"));
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
