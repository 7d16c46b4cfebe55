package dev.capstan.bridge.operator;

import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.ObjectId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which caps hold which objects down, and how far. An object may be under several caps: the lowest ceiling counts, and only
 * when the last cap lets go does it get back what its owner had set.
 */
final class Holds {

    private final Map<ObjectId, Map<String, Hold>> claims = new ConcurrentHashMap<>();

    /** A cap holds an object. */
    void claim(String cap, Hold hold) {
        claims.compute(hold.object(), (object, held) -> {
            Map<String, Hold> now = new TreeMap<>(held == null ? Map.of() : held);
            now.put(cap, hold);
            return now;
        });
    }

    /** A cap lets go of an object. */
    void release(String cap, ObjectId object) {
        claims.computeIfPresent(object, (key, held) -> {
            Map<String, Hold> now = new TreeMap<>(held);
            now.remove(cap);
            return now.isEmpty() ? null : now;
        });
    }

    /** The holds of other caps on an object, in the order of their names. */
    Stream<Hold> ofOthers(String cap, ObjectId object) {
        return claims.getOrDefault(object, Map.of()).entrySet().stream()
                .filter(one -> !one.getKey().equals(cap))
                .map(Map.Entry::getValue);
    }

    /** The lowest ceiling that other caps want; {@link Integer#MAX_VALUE} where none does. */
    int lowestOfOthers(String cap, ObjectId object) {
        return ofOthers(cap, object).mapToInt(Hold::wish).min().orElse(Integer.MAX_VALUE);
    }

    /** The lowest ceiling that other caps have written; {@link Integer#MAX_VALUE} where none has. */
    int lowestWrittenByOthers(String cap, ObjectId object) {
        return ofOthers(cap, object)
                .mapToInt(hold -> hold.written().getOrDefault(hold.path(), Integer.MAX_VALUE))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** The names of the other caps that hold an object, in order. */
    Set<String> others(String cap, ObjectId object) {
        Map<String, Hold> others = new TreeMap<>(claims.getOrDefault(object, Map.of()));
        others.remove(cap);
        return others.keySet();
    }
}
