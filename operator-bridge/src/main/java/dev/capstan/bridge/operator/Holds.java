package dev.capstan.bridge.operator;

import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.ObjectId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which caps hold which objects down, and how far. An object may be under several caps: the lowest ceiling counts, and only
 * when the last cap lets go does it get back what its owner had set.
 */
final class Holds {

    /** What one cap wants of an object, and how that was before any cap. */
    private record Claim(int ceiling, Map<String, Integer> originals) {}

    private final Map<ObjectId, Map<String, Claim>> claims = new ConcurrentHashMap<>();

    /** A cap wants an object to be at a ceiling at most. */
    void claim(String cap, Hold hold, int ceiling) {
        claims.compute(hold.object(), (key, held) -> {
            Map<String, Claim> now = new TreeMap<>(held == null ? Map.of() : held);
            now.put(cap, new Claim(ceiling, hold.originals()));
            return now;
        });
    }

    /** A cap lets go of an object. */
    void release(String cap, ObjectId object) {
        claims.computeIfPresent(object, (key, held) -> {
            Map<String, Claim> now = new TreeMap<>(held);
            now.remove(cap);
            return now.isEmpty() ? null : now;
        });
    }

    /** The lowest ceiling that other caps want; {@link Integer#MAX_VALUE} where none does. */
    int lowestOfOthers(String cap, ObjectId object) {
        return claims.getOrDefault(object, Map.of()).entrySet().stream()
                .filter(one -> !one.getKey().equals(cap))
                .mapToInt(one -> one.getValue().ceiling())
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** How an object was before any cap held it, where another cap holds it. */
    Optional<Map<String, Integer>> originals(String cap, ObjectId object) {
        return claims.getOrDefault(object, Map.of()).entrySet().stream()
                .filter(one -> !one.getKey().equals(cap))
                .map(one -> one.getValue().originals())
                .findFirst();
    }

    /** The other caps that hold an object, in order. */
    Set<String> others(String cap, ObjectId object) {
        Set<String> others = new TreeSet<>(claims.getOrDefault(object, Map.of()).keySet());
        others.remove(cap);
        return others;
    }
}
