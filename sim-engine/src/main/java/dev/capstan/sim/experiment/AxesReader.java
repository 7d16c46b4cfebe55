package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads what a sweep varies: its axes, and how they move together, are sampled and are held to conditions. Goes on after
 * every issue, so that one reading finds them all.
 */
final class AxesReader {

    private static final int MOST_DIMENSIONS_TRIED = 8;

    private final ExperimentTree tree;
    private final boolean isSearched;
    private final long seed;
    private final ObjectNode resolved;
    private final List<Issue> issues;

    /**
     * @param isSearched whether a search varies the continuous axes, in place of a design
     * @param seed of the experiment
     * @param resolved the experiment with its defaults, which gets those of what is read here
     */
    AxesReader(ExperimentTree tree, boolean isSearched, long seed, ObjectNode resolved, List<Issue> issues) {
        this.tree = tree;
        this.isSearched = isSearched;
        this.seed = seed;
        this.resolved = resolved;
        this.issues = issues;
    }

    /** Each place of the axes is tried where the experiment has no issue without them. */
    SweepPlan plan() {
        boolean baseIsSound = issues.isEmpty();
        AxisReader reader = new AxisReader(issues);
        List<AxisReader.Read> read = new ArrayList<>();
        axes().forEach((path, node) -> read.add(reader.read(path, node)));
        int before = issues.size();
        List<List<Integer>> groups = groups(read);
        List<Condition> conditions = conditions();
        Optional<Design> design = design(continuous(read).size());
        for (int axis : continuous(read)) {
            if (design.isEmpty() && !isSearched) {
                issues.add(
                        new Issue(
                                "axes." + read.get(axis).axis().path(),
                                "has no steps and no design samples it. Maybe steps: 5, or design: {kind: sobol, points: 64}."));
            }
        }
        if (issues.size() > before) {
            return SweepPlan.NOTHING;
        }
        List<Axis> axes =
                new ArrayList<>(read.stream().map(AxisReader.Read::axis).toList());
        List<SweepPlan.Dimension> dimensions = new ArrayList<>();
        for (List<Integer> group : groups) {
            SweepPlan.Dimension dimension;
            if (!continuous(read).containsAll(group)) {
                dimension = new SweepPlan.Dimension(
                        group, inStep(group.stream().map(axes::get).toList()), List.of(), Optional.empty());
            } else if (isSearched) {
                dimension = searched(group.get(0), read, axes);
            } else {
                dimension = sampled(design.orElseThrow(), group, read, axes);
            }
            dimensions.add(dimension);
            boolean sound = group.stream().allMatch(axis -> read.get(axis).isSound());
            // With conditions a value may stand only where others that it needs do: each point is tried by itself then.
            if (baseIsSound && sound && conditions.isEmpty()) {
                tryEach(group.stream().map(axes::get).toList(), dimension);
            }
        }
        SweepPlan plan = new SweepPlan(List.copyOf(axes), List.copyOf(dimensions), conditions);
        if (isSearched && baseIsSound && issues.size() == before) {
            tryCorners(plan);
        }
        return plan;
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
    private List<List<Integer>> groups(List<AxisReader.Read> read) {
        List<List<Integer>> together = pairs(read);
        for (int i = 0; i < together.size(); i++) {
            checkCounts(
                    "pairs[" + i + "]", together.get(i).stream().map(read::get).toList());
        }
        if (!isSearched && !continuous(read).isEmpty()) {
            together.add(continuous(read));
        }
        Set<List<Integer>> groups = new LinkedHashSet<>();
        for (int axis = 0; axis < read.size(); axis++) {
            int index = axis;
            groups.add(together.stream()
                    .filter(group -> group.contains(index))
                    .findFirst()
                    .orElse(List.of(index)));
        }
        return List.copyOf(groups);
    }

    /** The axes that a design is to sample, by their index. */
    private static List<Integer> continuous(List<AxisReader.Read> read) {
        return IntStream.range(0, read.size())
                .filter(axis -> read.get(axis).unsampled().isPresent())
                .boxed()
                .toList();
    }

    private void checkCounts(String place, List<AxisReader.Read> pair) {
        Axis first = pair.get(0).axis();
        for (AxisReader.Read other : pair) {
            int values = other.axis().values().size();
            if (values != first.values().size()
                    && pair.stream()
                            .allMatch(of -> of.isSound() && of.unsampled().isEmpty())) {
                issues.add(new Issue(
                        place,
                        "needs axes with the same number of values: " + first.path() + " has "
                                + first.values().size() + ", " + other.axis().path() + " has " + values));
                return;
            }
        }
    }

    /** The groups of axes that move together, by the index of these. */
    private List<List<Integer>> pairs(List<AxisReader.Read> read) {
        List<String> paths = read.stream().map(of -> of.axis().path()).toList();
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
                    return new ArrayList<>();
                }
                if (!taken.add(path)) {
                    issues.add(new Issue(place, "'" + path + "' moves together with others already; name it once"));
                }
                int axis = paths.indexOf(path);
                if (read.get(axis).unsampled().isPresent()) {
                    issues.add(new Issue(place, "'" + path + "' has no values to pair. Maybe give it steps."));
                }
                pair.add(axis);
            }
            pairs.add(pair);
        }
        return pairs;
    }

    private static boolean isListOfGroups(JsonNode list) {
        for (JsonNode group : list) {
            if (!group.isArray() || group.size() < 2) {
                return false;
            }
        }
        return true;
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

    private Optional<Design> design(int axes) {
        Section root = new Section(tree.tree(), "", issues, resolved);
        if (!root.has("design")) {
            return Optional.empty();
        }
        Section section = root.section("design");
        Design design = new Design(
                section.choice("kind", Design.Kind.class, null), section.integer("points", 1, 1, Design.MOST_POINTS));
        if (!section.has("points")) {
            section.issue("points", "is missing; expected how many points, such as 64");
        }
        section.finish();
        if (issues.isEmpty() && axes == 0) {
            section.issue(
                    "",
                    "has nothing to sample: no axis is a range without steps, such as axes: {control.interval: {from: 5s,"
                            + " to: 60s}}");
        }
        if (axes > design.mostAxes()) {
            section.issue(
                    "kind",
                    design.kind().name().toLowerCase(Locale.ROOT) + " samples at most " + design.mostAxes()
                            + " axes, found " + axes);
        }
        return Optional.of(design);
    }

    /** The values of continuous axes, point by point, each point once; the axes get them too. */
    private SweepPlan.Dimension sampled(
            Design design, List<Integer> group, List<AxisReader.Read> read, List<Axis> axes) {
        double[][] shares =
                design.shares(group.stream().map(axis -> axes.get(axis).path()).toList(), seed);
        List<List<JsonNode>> places = new ArrayList<>();
        for (int point = 0; point < shares.length; point++) {
            places.add(new ArrayList<>());
        }
        for (int i = 0; i < group.size(); i++) {
            int axis = group.get(i);
            Range range = read.get(axis).unsampled().orElseThrow();
            Set<BigDecimal> each = new TreeSet<>();
            for (int point = 0; point < shares.length; point++) {
                BigDecimal value = range.sample(shares[point][i]);
                each.add(value);
                places.get(point).add(range.node(value));
            }
            axes.set(
                    axis,
                    axes.get(axis)
                            .sampled(
                                    range.continuum(),
                                    each.stream().map(range::node).toList()));
        }
        List<List<JsonNode>> distinct = places.stream().distinct().toList();
        Map<List<JsonNode>, Integer> indices = new HashMap<>();
        distinct.forEach(place -> indices.put(place, indices.size()));
        return new SweepPlan.Dimension(
                group,
                distinct,
                design.kind() == Design.Kind.SALTELLI
                        ? places.stream().map(indices::get).toList()
                        : List.of(),
                Optional.empty());
    }

    /** A continuous axis that a search varies: both ends are its places, and the axis gets them too. */
    private static SweepPlan.Dimension searched(int axis, List<AxisReader.Read> read, List<Axis> axes) {
        Range range = read.get(axis).unsampled().orElseThrow();
        List<JsonNode> ends = List.of(range.node(range.from()), range.node(range.to()));
        axes.set(axis, axes.get(axis).sampled(range.continuum(), ends));
        return new SweepPlan.Dimension(
                List.of(axis), ends.stream().map(List::of).toList(), List.of(), Optional.of(range));
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

    /** What a search could come upon later: the points with every dimension at one of its ends, of the first eight dimensions. */
    private void tryCorners(SweepPlan plan) {
        if (plan.axes().isEmpty()) {
            issues.add(new Issue(
                    "axes",
                    "are missing: a search needs what to vary, such as {control.interval: {from: 5s, to: 60s}}"));
            return;
        }
        int dimensions = plan.dimensions().size();
        List<List<JsonNode>> corners = new ArrayList<>();
        Set<Issue> untold = new LinkedHashSet<>();
        for (int ends = 0; ends < 1 << Math.min(dimensions, MOST_DIMENSIONS_TRIED); ends++) {
            JsonNode[] corner = new JsonNode[plan.axes().size()];
            for (int i = 0; i < dimensions; i++) {
                SweepPlan.Dimension dimension = plan.dimensions().get(i);
                List<List<JsonNode>> places = dimension.places();
                List<JsonNode> place = places.get((ends >> i & 1) == 0 ? 0 : places.size() - 1);
                for (int axis = 0; axis < place.size(); axis++) {
                    corner[dimension.axes().get(axis)] = place.get(axis);
                }
            }
            List<JsonNode> point = List.of(corner);
            if (plan.allows(point, tree, untold)) {
                corners.add(point);
            }
        }
        issues.addAll(untold);
        tree.tryEach(
                corners.stream().map(plan::sets).toList(),
                "axes.",
                at -> IntStream.range(0, plan.axes().size())
                        .mapToObj(i -> "axes." + plan.axes().get(i).path() + " = "
                                + Axis.text(corners.get(at).get(i)))
                        .collect(Collectors.joining(" with ")),
                issues);
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
                place -> IntStream.range(0, axes.size())
                        .mapToObj(i -> "axes." + axes.get(i).path()
                                + (axes.get(i).continuum().isPresent()
                                        ? " = "
                                                + Axis.text(dimension
                                                        .places()
                                                        .get(place)
                                                        .get(i))
                                        : "[" + place + "]"))
                        .collect(Collectors.joining(" with ")),
                issues);
    }
}
