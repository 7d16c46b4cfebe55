package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.trace.Quantity;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An axis of a sweep.
 *
 * @param path dotted path of the value that changes, or a name for several that change together
 * @param values as written, or the names of what changes together, in that order; of a continuous axis those that the
 *     design samples, each once, from the lowest to the highest, or the ends of what a search varies
 * @param sets what each value sets, by dotted path, in the order of the values
 * @param continuum of a continuous axis; empty for one of given values
 */
public record Axis(
        String path, List<JsonNode> values, List<Map<String, JsonNode>> sets, Optional<Continuum> continuum) {

    /**
     * Where the values of a continuous axis come from.
     *
     * @param from the lower end as it stands in tables
     * @param to the upper end as it stands in tables
     * @param scale {@code linear} or {@code log}
     */
    public record Continuum(String from, String to, String scale) {}

    /** The values as text, as written. */
    public List<String> texts() {
        return values.stream().map(Axis::text).toList();
    }

    /** Whether its values are names of what changes together, rather than values of its path. */
    boolean isNamed() {
        return !sets.isEmpty() && !sets.get(0).keySet().equals(Set.of(path));
    }

    /** The axis with the values that a design gives it. */
    Axis sampled(Continuum between, List<JsonNode> each) {
        return new Axis(
                path, each, each.stream().map(value -> Map.of(path, value)).toList(), Optional.of(between));
    }

    /** The axis with the values that a search has tried: those of a range each once, from the lowest to the highest; a list stays. */
    public Axis tried(List<JsonNode> seen) {
        return continuum
                .map(between -> sampled(
                        between,
                        seen.stream()
                                .distinct()
                                .sorted(Comparator.comparing(value ->
                                        Quantity.any(text(value)).orElseThrow().value()))
                                .toList()))
                .orElse(this);
    }

    /** What one of its values sets, by dotted path. */
    Map<String, JsonNode> setBy(JsonNode value) {
        return continuum.isPresent() ? Map.of(path, value) : sets.get(values.indexOf(value));
    }

    /** A value as it stands in tables. */
    public static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
