package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * An axis of a sweep.
 *
 * @param path dotted path of the value that changes
 * @param values as written, in that order
 */
public record Axis(String path, List<JsonNode> values) {

    /** The values as text, as written. */
    public List<String> texts() {
        return values.stream().map(Axis::text).toList();
    }

    /** A value as it stands in tables. */
    public static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
