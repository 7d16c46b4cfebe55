package dev.capstan.bridge.operator;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which caps hold which objects down, and how far. An object may be under several caps; the lowest ceiling counts, and
 * only when the last cap lets go does it get back what its owner had set.
 */
final class Holds {

    private final Map<String, Map<String, Integer>> ceilings = new ConcurrentHashMap<>();

    /** A cap holds an object at a ceiling. */
    void hold(String object, String cap, int ceiling) {
        ceilings.compute(object, (key, held) -> {
            Map<String, Integer> now = new TreeMap<>(held == null ? Map.of() : held);
            now.put(cap, ceiling);
            return now;
        });
    }

    /** A cap lets go of an object. */
    void release(String object, String cap) {
        ceilings.computeIfPresent(object, (key, held) -> {
            Map<String, Integer> now = new TreeMap<>(held);
            now.remove(cap);
            return now.isEmpty() ? null : now;
        });
    }

    /** A cap lets go of everything. */
    void release(String cap) {
        Set.copyOf(ceilings.keySet()).forEach(object -> release(object, cap));
    }

    /** The lowest ceiling that other caps hold an object at; {@link Integer#MAX_VALUE} where none does. */
    int lowestOfOthers(String object, String cap) {
        return ceilings.getOrDefault(object, Map.of()).entrySet().stream()
                .filter(one -> !one.getKey().equals(cap))
                .mapToInt(Map.Entry::getValue)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** The other caps that hold an object, in order. */
    Set<String> others(String object, String cap) {
        Set<String> others =
                new TreeSet<>(ceilings.getOrDefault(object, Map.of()).keySet());
        others.remove(cap);
        return others;
    }
}
