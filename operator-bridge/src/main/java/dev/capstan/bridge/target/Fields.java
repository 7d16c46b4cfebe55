package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The whole numbers of an object that bound its replicas, by their dotted paths.
 *
 * @param ceiling path of the highest number of replicas
 * @param byDefault what holds where the ceiling is absent
 * @param zeroIsDefault whether a ceiling of 0 stands for that, too
 * @param floor path of the owner's minimum, which must not lie above the ceiling; null where there is none
 * @param floorByDefault what holds where the floor is absent
 * @param moved path of replicas that an autoscaler moves, and that the object's controller checks against the ceiling; null
 *     where there are none
 * @param scale whether the ceiling is written through the scale subresource
 */
record Fields(
        String ceiling,
        int byDefault,
        boolean zeroIsDefault,
        @Nullable String floor,
        int floorByDefault,
        @Nullable String moved,
        boolean scale) {

    static Fields of(String ceiling, int byDefault, String floor, int floorByDefault) {
        return new Fields(ceiling, byDefault, false, floor, floorByDefault, null, false);
    }

    /** Replicas themselves, where nobody scales: what there is is the most there may be. */
    static Fields replicas(String path, boolean scale) {
        return new Fields(path, 1, false, null, 0, null, scale);
    }

    /** The same, with 0 for an absent ceiling. */
    Fields withZeroForDefault() {
        return new Fields(ceiling, byDefault, true, floor, floorByDefault, moved, scale);
    }

    /** The same, with replicas that must not lie above the ceiling. */
    Fields withMoved(String path) {
        return new Fields(ceiling, byDefault, zeroIsDefault, floor, floorByDefault, path, scale);
    }

    /** All paths that may be written, the ceiling first. */
    List<String> paths() {
        List<String> paths = new ArrayList<>(List.of(ceiling));
        if (floor != null) {
            paths.add(floor);
        }
        if (moved != null) {
            paths.add(moved);
        }
        return paths;
    }

    /** The values there now; paths that are absent are left out. */
    Map<String, Integer> values(GenericKubernetesResource object) {
        return values(object, paths());
    }

    static Map<String, Integer> values(GenericKubernetesResource object, Collection<String> paths) {
        Map<String, Integer> values = new LinkedHashMap<>();
        for (String path : paths) {
            Integer value = number(object, path);
            if (value != null) {
                values.put(path, value);
            }
        }
        return values;
    }

    /** The ceiling that values mean. */
    int ceiling(Map<String, Integer> values) {
        int value = values.getOrDefault(ceiling, byDefault);
        return value == 0 && zeroIsDefault ? byDefault : value;
    }

    /** The minimum that values mean; that of the kind where it has no field. */
    int floor(Map<String, Integer> values) {
        return floor == null ? floorByDefault : values.getOrDefault(floor, floorByDefault);
    }

    /** Whether an object is as written, but for what an autoscaler may have done since. */
    boolean holds(Map<String, Integer> written, Map<String, Integer> there) {
        return sameBounds(written, there)
                && (moved == null
                        || !written.containsKey(moved)
                        || there.getOrDefault(moved, 0) <= Math.max(ceiling(written), written.get(moved)));
    }

    /** Whether ceiling and floor are the same. */
    boolean sameBounds(Map<String, Integer> one, Map<String, Integer> other) {
        return Objects.equals(one.get(ceiling), other.get(ceiling))
                && (floor == null || Objects.equals(one.get(floor), other.get(floor)));
    }

    static @Nullable Integer number(GenericKubernetesResource object, String path) {
        return object.<Object>get((Object[]) path.split("\\.", -1)) instanceof Number number ? number.intValue() : null;
    }
}
