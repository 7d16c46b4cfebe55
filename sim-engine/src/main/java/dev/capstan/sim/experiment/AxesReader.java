package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.capstan.capping.NearestName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
            "pairs",
            "sensitivity",
            "where");

    private final ExperimentTree tree;
    private final ObjectNode resolved;
    private final List<Issue> issues;

    /** @param resolved the experiment with its defaults, which gets those of what is read here */
    AxesReader(ExperimentTree tree, ObjectNode resolved, List<Issue> issues) {
        this.tree = tree;
        this.resolved = resolved;
        this.issues = issues;
    }

    /** Reads the axes and how they go together; tries each place of theirs where the experiment has no issue without them. */
    SweepPlan plan() {
        boolean baseIsSound = issues.isEmpty();
        List<Axis> axes = new ArrayList<>();
        Set<Integer> sound = new HashSet<>();
        axes().forEach((path, node) -> {
            int before = issues.size();
            Axis axis = axis(path, node);
            check(axis);
            if (issues.size() == before) {
                sound.add(axes.size());
            }
            axes.add(axis);
        });
        int before = issues.size();
        List<List<Integer>> groups = groups(axes, sound);
        List<Condition> conditions = conditions();
        if (issues.size() > before) {
            return SweepPlan.NOTHING;
        }
        List<SweepPlan.Dimension> dimensions = new ArrayList<>();
        for (List<Integer> group : groups) {
            List<Axis> together = group.stream().map(axes::get).toList();
            SweepPlan.Dimension dimension = new SweepPlan.Dimension(group, inStep(together));
            dimensions.add(dimension);
            // With conditions a value may stand only where others that it needs do: each point is tried by itself then.
            if (baseIsSound && conditions.isEmpty() && sound.containsAll(group)) {
                tryEach(together, dimension);
            }
        }
        return new SweepPlan(List.copyOf(axes), List.copyOf(dimensions), conditions);
    }

    private Map<String, JsonNode> axes() {
        JsonNode node = tree.tree().path("axes");
        Map<String, JsonNode> axes = new LinkedHashMap<>();
        if (node.isObject()) {
            node.properties().forEach(entry -> axes.put(entry.getKey(), entry.getValue()));
        } else if (!node.isMissingNode() && !node.isNull()) {
            issues.add(new Issue(
                    "axes",
                    "expected a mapping of dotted paths to lists of values, such as {control.interval: [5s, 10s]}"));
        }
        return axes;
    }

    /** The axes of each dimension by their index, in the order of their first axis. */
    private List<List<Integer>> groups(List<Axis> axes, Set<Integer> sound) {
        List<String> paths = axes.stream().map(Axis::path).toList();
        List<List<Integer>> pairs = pairs(paths);
        for (int i = 0; i < pairs.size(); i++) {
            Axis first = axes.get(pairs.get(i).get(0));
            for (int other : pairs.get(i)) {
                int values = axes.get(other).values().size();
                if (sound.containsAll(pairs.get(i)) && values != first.values().size()) {
                    issues.add(new Issue(
                            "pairs[" + i + "]",
                            "needs axes with the same number of values: " + first.path() + " has "
                                    + first.values().size() + ", " + paths.get(other) + " has " + values));
                    break;
                }
            }
        }
        List<List<Integer>> groups = new ArrayList<>();
        for (int axis = 0; axis < axes.size(); axis++) {
            int index = axis;
            List<Integer> group = pairs.stream()
                    .filter(pair -> pair.contains(index))
                    .findFirst()
                    .orElse(List.of(index));
            if (!groups.contains(group)) {
                groups.add(group);
            }
        }
        return groups;
    }

    /** The groups of axes that move together, by the index of these. */
    private List<List<Integer>> pairs(List<String> paths) {
        JsonNode node = tree.tree().path("pairs");
        List<List<Integer>> pairs = new ArrayList<>();
        if (node.isMissingNode() || node.isNull()) {
            return pairs;
        }
        if (!node.isArray() || !isListOfGroups(node)) {
            issues.add(
                    new Issue(
                            "pairs",
                            "expected a list of groups of two axes or more, such as [[control.interval, telemetry.scrape_interval]]"));
            return pairs;
        }
        resolved.set("pairs", node);
        Set<String> taken = new HashSet<>();
        for (JsonNode group : node) {
            List<Integer> pair = new ArrayList<>();
            for (JsonNode name : group) {
                String place = "pairs[" + pairs.size() + "][" + pair.size() + "]";
                String path = name.asText();
                if (!paths.contains(path)) {
                    issues.add(new Issue(
                            place,
                            "no axis is called '" + path + "'." + NearestName.hint(path, paths) + " Known: "
                                    + String.join(", ", paths) + "."));
                    return List.of();
                }
                if (!taken.add(path)) {
                    issues.add(new Issue(place, "'" + path + "' moves together with others already; name it once"));
                }
                pair.add(paths.indexOf(path));
            }
            pairs.add(pair);
        }
        return pairs;
    }

    private List<Condition> conditions() {
        Section root = new Section(tree.tree(), "", issues, resolved);
        List<Condition> conditions = new ArrayList<>();
        if (root.has("where")) {
            List<String> texts = root.texts("where", null);
            for (int i = 0; i < texts.size(); i++) {
                try {
                    conditions.add(ConditionParser.parse(texts.get(i)));
                } catch (IllegalArgumentException e) {
                    issues.add(new Issue("where[" + i + "]", e.getMessage() + " (" + texts.get(i) + ")"));
                }
            }
        }
        return List.copyOf(conditions);
    }

    private static boolean isListOfGroups(JsonNode list) {
        for (JsonNode group : list) {
            if (!group.isArray() || group.size() < 2) {
                return false;
            }
        }
        return true;
    }

    /** The values of axes that move together, place by place. */
    private static List<List<JsonNode>> inStep(List<Axis> axes) {
        List<List<JsonNode>> places = new ArrayList<>();
        for (int i = 0; i < axes.get(0).values().size(); i++) {
            int index = i;
            places.add(axes.stream().map(axis -> axis.values().get(index)).toList());
        }
        return places;
    }

    private void tryEach(List<Axis> axes, SweepPlan.Dimension dimension) {
        List<Map<String, JsonNode>> changes = new ArrayList<>();
        for (List<JsonNode> place : dimension.places()) {
            Map<String, JsonNode> sets = new LinkedHashMap<>();
            for (int i = 0; i < place.size(); i++) {
                sets.putAll(axes.get(i).setBy(place.get(i)));
            }
            changes.add(sets);
        }
        tree.tryEach(
                changes,
                "axes.",
                i -> axes.stream()
                        .map(axis -> "axes." + axis.path() + "[" + i + "]")
                        .collect(Collectors.joining(" with ")),
                issues);
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
