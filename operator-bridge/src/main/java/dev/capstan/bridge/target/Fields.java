package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole numbers of an object that bound its replicas, by their dotted paths.
 *
 * @param ceiling path of the highest number of replicas
 * @param byDefault what holds where the ceiling is absent
 * @param followers paths of numbers that must not lie above the ceiling, and are lowered with it: the minimum, or replicas
 *     that the object's controller checks against it
 * @param floor path of the owner's minimum; null where there is none
 * @param floorByDefault what holds where the floor is absent
 * @param scale whether the ceiling is written through the scale subresource
 */
record Fields(
        String ceiling,
        int byDefault,
        List<String> followers,
        @Nullable String floor,
        int floorByDefault,
        boolean scale) {

    Fields {
        followers = List.copyOf(followers);
    }

    static Fields of(String ceiling, int byDefault, String floor, int floorByDefault) {
        return new Fields(ceiling, byDefault, List.of(floor), floor, floorByDefault, false);
    }

    /** Replicas themselves, where nobody scales: what there is is the most there may be. */
    static Fields replicas(String path, boolean scale) {
        return new Fields(path, 1, List.of(), null, 0, scale);
    }

    /** All paths that may be written, the ceiling first. */
    List<String> paths() {
        List<String> paths = new java.util.ArrayList<>(List.of(ceiling));
        paths.addAll(followers);
        return paths;
    }

    /** The values there now; paths that are absent are left out. */
    Map<String, Integer> values(GenericKubernetesResource object) {
        Map<String, Integer> values = new LinkedHashMap<>();
        for (String path : paths()) {
            Integer value = number(object, path);
            if (value != null) {
                values.put(path, value);
            }
        }
        return values;
    }

    int ceiling(GenericKubernetesResource object) {
        Integer value = number(object, ceiling);
        return value == null ? byDefault : value;
    }

    int floor(GenericKubernetesResource object) {
        if (floor == null) {
            return floorByDefault;
        }
        Integer value = number(object, floor);
        return value == null ? floorByDefault : value;
    }

    /** What to write for a ceiling: the ceiling, and each follower that lies above it. */
    Map<String, Integer> written(Map<String, Integer> there, int replicas) {
        Map<String, Integer> written = new LinkedHashMap<>();
        written.put(ceiling, replicas);
        for (String path : followers) {
            int value = there.getOrDefault(path, path.equals(floor) ? floorByDefault : 0);
            if (value > replicas) {
                written.put(path, replicas);
            }
        }
        return written;
    }

    static @Nullable Integer number(GenericKubernetesResource object, String path) {
        return object.<Object>get((Object[]) path.split("\\.", -1)) instanceof Number number ? number.intValue() : null;
    }
}
