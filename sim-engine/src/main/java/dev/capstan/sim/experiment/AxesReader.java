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

/** Reads what a sweep varies. Goes on after every issue, so that one reading finds them all. */
final class AxesReader {

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
            "sensitivity");

    private final ExperimentTree tree;
    private final List<Issue> issues;

    AxesReader(ExperimentTree tree, List<Issue> issues) {
        this.tree = tree;
        this.issues = issues;
    }

    /** The axes; each of their values is tried where the experiment has no issue without them. */
    List<Axis> axes() {
        JsonNode node = tree.tree().path("axes");
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isObject()) {
            issues.add(new Issue(
                    "axes",
                    "expected a mapping of dotted paths to lists of values, such as {control.interval: [5s, 10s]}"));
            return List.of();
        }
        boolean baseIsSound = issues.isEmpty();
        List<Axis> axes = new ArrayList<>();
        node.properties().forEach(entry -> {
            int before = issues.size();
            Axis axis = axis(entry.getKey(), entry.getValue());
            check(axis);
            axes.add(axis);
            if (baseIsSound && issues.size() == before) {
                tree.tryEach(axis.sets(), "axes.", i -> "axes." + axis.path() + "[" + i + "]", issues);
            }
        });
        return axes;
    }

    private Axis axis(String path, JsonNode node) {
        if (node instanceof ArrayNode list && !list.isEmpty()) {
            return listed(path, list);
        }
        if (node instanceof ObjectNode mapping && Range.isRange(mapping)) {
            Section section = new Section(mapping, "axes." + path, issues, JsonNodeFactory.instance.objectNode());
            Optional<Range> range = Range.read(section, issues);
            return listed(path, range.map(Range::values).orElse(List.of()));
        }
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
        return new Axis(path, names, sets);
    }

    private static Axis listed(String path, Iterable<JsonNode> items) {
        List<JsonNode> values = new ArrayList<>();
        List<Map<String, JsonNode>> sets = new ArrayList<>();
        items.forEach(value -> {
            values.add(value);
            sets.add(Map.of(path, value));
        });
        return new Axis(path, values, sets);
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
                .filter(SAME_FOR_ALL_POINTS::contains)
                .distinct()
                .forEach(shared -> issues.add(new Issue(
                        place,
                        (shared.equals(axis.path()) ? "cannot be an axis" : "cannot set '" + shared + "'")
                                + ": all points of a sweep share it")));
    }
}
