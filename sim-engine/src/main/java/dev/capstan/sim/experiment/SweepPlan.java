package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a sweep varies.
 *
 * @param axes in the order of the file
 * @param dimensions of the grid, the first one slowest; each axis is in one of them
 * @param conditions that a point must meet
 */
record SweepPlan(List<Axis> axes, List<Dimension> dimensions, List<Condition> conditions) {

    /**
     * Axes that move together.
     *
     * @param axes by their index
     * @param places the values of these axes, in their order, at each place of the dimension
     * @param rows of a Saltelli design the place of each of its points, in their order; empty for others
     * @param range of an axis that a search varies between its ends, which are its places; empty for others
     */
    record Dimension(List<Integer> axes, List<List<JsonNode>> places, List<Integer> rows, Optional<Range> range) {}

    static final SweepPlan NOTHING = new SweepPlan(List.of(), List.of(), List.of());

    SweepLayout layout() {
        return new SweepLayout(
                axes,
                dimensions.stream()
                        .map(dimension -> new SweepLayout.Dimension(
                                dimension.axes(),
                                dimension.places().stream()
                                        .map(place ->
                                                place.stream().map(Axis::text).toList())
                                        .toList(),
                                dimension.rows()))
                        .toList());
    }

    /** Every combination of the places: a value for each axis, in their order. */
    List<List<JsonNode>> combinations() {
        List<JsonNode[]> points = new ArrayList<>();
        points.add(new JsonNode[axes.size()]);
        for (Dimension dimension : dimensions) {
            List<JsonNode[]> longer = new ArrayList<>();
            for (JsonNode[] point : points) {
                for (List<JsonNode> place : dimension.places()) {
                    JsonNode[] values = point.clone();
                    for (int i = 0; i < place.size(); i++) {
                        values[dimension.axes().get(i)] = place.get(i);
                    }
                    longer.add(values);
                }
            }
            points = longer;
        }
        return points.stream().map(Arrays::asList).toList();
    }

    /**
     * The combinations that meet all conditions.
     *
     * @param issues gets what keeps a condition from being told, and that no point is left
     */
    List<List<JsonNode>> points(ExperimentTree tree, Collection<Issue> issues) {
        List<List<JsonNode>> combinations = combinations();
        if (conditions.isEmpty()) {
            return combinations;
        }
        int[] left = new int[conditions.size()];
        List<List<JsonNode>> points = combinations.stream()
                .filter(point -> meets(point, tree, left, issues))
                .toList();
        if (points.isEmpty()) {
            String course = IntStream.range(0, left.length)
                    .mapToObj(i -> left[i] + " after where[" + i + "]")
                    .collect(Collectors.joining(", "));
            issues.add(new Issue(
                    "where",
                    "leaves no point of " + combinations.size()
                            + (combinations.size() == 1 ? " combination" : " combinations") + ": " + course
                            + ". Maybe drop a condition or widen an axis."));
        }
        return points;
    }

    /**
     * Whether a point meets all conditions.
     *
     * @param issues gets what keeps a condition from being told
     */
    boolean allows(List<JsonNode> point, ExperimentTree tree, Collection<Issue> issues) {
        return conditions.isEmpty() || meets(point, tree, new int[conditions.size()], issues);
    }

    /** @param left counts the points that are left after each condition */
    private boolean meets(List<JsonNode> point, ExperimentTree tree, int[] left, Collection<Issue> issues) {
        ObjectNode filledIn = JsonNodeFactory.instance.objectNode();
        List<Issue> unsound = new ArrayList<>();
        tree.with(sets(point), "axes.", filledIn, unsound);
        for (int i = 0; i < conditions.size(); i++) {
            try {
                if (!conditions.get(i).holds(word -> setting(word, point, filledIn))) {
                    return false;
                }
            } catch (IllegalArgumentException e) {
                // A point that does not read has issues of its own, which stand in the way of the condition.
                if (unsound.isEmpty()) {
                    issues.add(new Issue("where[" + i + "]", String.valueOf(e.getMessage())));
                }
                return true;
            }
            left[i]++;
        }
        return true;
    }

    /** The value of a setting at a point, as text; of an axis of named settings the name. */
    private Optional<String> setting(String word, List<JsonNode> point, ObjectNode filledIn) {
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i).path().equals(word) && axes.get(i).isNamed()) {
                return Optional.of(Axis.text(point.get(i)));
            }
        }
        JsonNode value;
        try {
            value = DottedPath.get(filledIn, word);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + word + "' " + e.getMessage(), e);
        }
        if (value.isContainerNode()) {
            throw new IllegalArgumentException("'" + word + "' is a " + (value.isArray() ? "list" : "mapping")
                    + "; a condition compares single values");
        }
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    /** What the values of a point set, by dotted path. */
    Map<String, JsonNode> sets(List<JsonNode> point) {
        Map<String, JsonNode> sets = new LinkedHashMap<>();
        for (int i = 0; i < axes.size(); i++) {
            sets.putAll(axes.get(i).setBy(point.get(i)));
        }
        return sets;
    }
}
