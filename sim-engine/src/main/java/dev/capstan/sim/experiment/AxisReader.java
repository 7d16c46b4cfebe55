package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one axis of a sweep: a list of values, a range of them, or names of settings that change together. */
final class AxisReader {

    /** Paths that no axis can vary: replications, seeds and tables are made for the sweep as a whole. */
    static final Set<String> SAME_FOR_ALL_POINTS = Set.of(
            "name",
            "question",
            "mode",
            "seed",
            "replications",
            "policies",
            "scoring.compare_with",
            "axes",
            "sensitivity",
            "pairs",
            "where",
            "design",
            "stop");

    private static final Pattern WITHIN_THE_SWEEP =
            Pattern.compile("(axes|sensitivity|pairs|where|design|stop)[.\\[].*");

    /** @param unsampled the range of a continuous axis, whose values a design is to give */
    record Read(Axis axis, Optional<Range> unsampled, boolean isSound) {}

    private final List<Issue> issues;

    AxisReader(List<Issue> issues) {
        this.issues = issues;
    }

    Read read(String path, JsonNode node) {
        int before = issues.size();
        Optional<Range> range = Optional.empty();
        Axis axis;
        if (node instanceof ArrayNode list && !list.isEmpty()) {
            axis = listed(path, list);
        } else if (node instanceof ObjectNode mapping && Range.isRange(mapping)) {
            range = Range.read(
                    new Section(mapping, "axes." + path, issues, JsonNodeFactory.instance.objectNode()), issues);
            axis = listed(
                    path, range.filter(Range::isStepped).map(Range::values).orElse(List.of()));
        } else {
            axis = named(path, node);
        }
        check(axis);
        return new Read(axis, range.filter(of -> !of.isStepped()), issues.size() == before);
    }

    private static Axis listed(String path, Iterable<JsonNode> items) {
        List<JsonNode> values = new ArrayList<>();
        List<Map<String, JsonNode>> sets = new ArrayList<>();
        items.forEach(value -> {
            values.add(value);
            sets.add(Map.of(path, value));
        });
        return new Axis(path, values, sets, Optional.empty());
    }

    private Axis named(String path, JsonNode node) {
        List<JsonNode> names = new ArrayList<>();
        List<Map<String, JsonNode>> sets = new ArrayList<>();
        if (node instanceof ObjectNode named && !named.isEmpty()) {
            named.properties().forEach(value -> {
                names.add(TextNode.valueOf(value.getKey()));
                sets.add(together("axes." + path + "." + value.getKey(), value.getValue()));
            });
        } else {
            issues.add(new Issue(
                    "axes." + path,
                    "expected a list of at least one value, such as [5s, 10s], a range, such as {from: 5s, to: 60s, steps: 5},"
                            + " or a mapping of names to what each sets, such as {slow: {control.interval: 60s}}"));
        }
        return new Axis(path, names, sets, Optional.empty());
    }

    /** What one name of an axis sets. */
    private Map<String, JsonNode> together(String place, JsonNode node) {
        Map<String, JsonNode> sets = new LinkedHashMap<>();
        if (node.isObject()) {
            node.properties().forEach(set -> sets.put(set.getKey(), set.getValue()));
        } else if (!node.isNull()) {
            issues.add(new Issue(
                    place,
                    "expected a mapping of dotted paths to values, such as {control.interval: 60s}, or nothing, was '"
                            + Axis.text(node) + "'"));
        }
        return sets;
    }

    private void check(Axis axis) {
        String place = "axes." + axis.path();
        Set<String> texts = new HashSet<>();
        for (String text : axis.texts()) {
            if (!texts.add(text)) {
                issues.add(new Issue(place, "holds the value '" + text + "' twice"));
            }
        }
        axis.sets().stream()
                .flatMap(set -> set.keySet().stream())
                .filter(path -> SAME_FOR_ALL_POINTS.contains(path)
                        || WITHIN_THE_SWEEP.matcher(path).matches())
                .distinct()
                .forEach(shared -> issues.add(new Issue(
                        place,
                        (shared.equals(axis.path()) ? "cannot be an axis" : "cannot set '" + shared + "'")
                                + ": all points of a sweep share it")));
    }
}
