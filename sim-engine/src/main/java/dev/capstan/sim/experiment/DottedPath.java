package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A place in an experiment, such as {@code services[0].replicas.max}. */
final class DottedPath {

    private DottedPath() {}

    /**
     * Writes a value, making mappings on the way where there are none. The keys of {@code axes} and {@code sensitivity}
     * are dotted paths themselves, so what follows {@code axes.} is one key.
     *
     * @return the path in the form that issues use, indices in brackets
     * @throws IllegalArgumentException if the path leads through a list without an index that exists, or through a value
     */
    static String set(ObjectNode root, String path, JsonNode value) {
        List<String> keys = keys(path);
        JsonNode at = root;
        StringBuilder place = new StringBuilder();
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            boolean last = i == keys.size() - 1;
            if (at instanceof ArrayNode list) {
                int index = index(key, list.size(), path);
                place.append('[').append(index).append(']');
                if (last) {
                    list.set(index, value);
                }
                at = list.get(index);
            } else if (at instanceof ObjectNode object) {
                place.append(i == 0 ? "" : ".").append(key);
                if (last) {
                    object.set(key, value);
                } else if (!object.hasNonNull(key)) {
                    object.putObject(key);
                }
                at = object.path(key);
            } else {
                throw new IllegalArgumentException("leads through " + place + ", which is the value '" + at.asText()
                        + "' and holds no '" + key + "'. Maybe write a mapping there first.");
            }
        }
        return place.toString();
    }

    /** What stands at a path; missing where nothing does. */
    static JsonNode get(ObjectNode root, String path) {
        JsonNode at = root;
        for (String key : keys(path)) {
            at = at instanceof ArrayNode list ? list.path(index(key, list.size(), path)) : at.path(key);
        }
        return at;
    }

    private static List<String> keys(String path) {
        for (String ofPaths : List.of("axes", "sensitivity")) {
            if (path.startsWith(ofPaths + ".")) {
                return List.of(ofPaths, path.substring(ofPaths.length() + 1));
            }
        }
        List<String> keys = new ArrayList<>();
        for (String key : path.replace("[", ".").replace("]", "").split("\\.", -1)) {
            if (key.isBlank()) {
                throw new IllegalArgumentException(
                        "is not a dotted path such as control.interval or services[0].replicas.max");
            }
            keys.add(key);
        }
        return keys;
    }

    private static int index(String key, int size, String path) {
        try {
            int index = Integer.parseInt(key);
            if (index >= 0 && index < size) {
                return index;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "needs an index where '" + key + "' stands. Maybe you meant "
                            + path.replace("." + key, "[0]." + key),
                    e);
        }
        throw new IllegalArgumentException("index " + key + " is outside the list, which "
                + (size == 0 ? "is empty" : "goes from 0 to " + (size - 1)));
    }
}
