// SPDX-License-Identifier: Apache-2.0
package org.qbfs.volume;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A sample of all combinations of some choices in which each pair of choices that can meet does meet: most
 * faults need no more than two choices to come together.
 */
final class Pairs {
    private Pairs() {}

    /** Some of {@code combinations}, each of which has the same number of choices, that cover every pair. */
    static List<List<String>> covering(List<List<String>> combinations) {
        List<List<String>> candidates = new ArrayList<>(combinations);
        Collections.shuffle(candidates, new Random(1));
        Set<String> missing = new HashSet<>();
        candidates.forEach(candidate -> missing.addAll(pairs(candidate)));
        List<List<String>> chosen = new ArrayList<>();
        while (!missing.isEmpty()) {
            List<String> best = null;
            long most = 0;
            for (List<String> candidate : candidates) {
                long covers = pairs(candidate).stream().filter(missing::contains).count();
                if (covers > most) {
                    most = covers;
                    best = candidate;
                }
            }
            missing.removeAll(pairs(best));
            chosen.add(best);
        }
        return chosen;
    }

    private static Set<String> pairs(List<String> combination) {
        Set<String> pairs = new HashSet<>();
        for (int i = 0; i < combination.size(); i++) {
            for (int j = i + 1; j < combination.size(); j++) {
                pairs.add(i + "=" + combination.get(i) + " " + j + "=" + combination.get(j));
            }
        }
        return pairs;
    }
}
