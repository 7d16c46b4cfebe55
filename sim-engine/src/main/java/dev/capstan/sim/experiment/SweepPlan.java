package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sweep varies.
 *
 * @param axes in the order of the file
 * @param dimensions of the grid, the first one slowest; each axis is in one of them
 */
record SweepPlan(List<Axis> axes, List<Dimension> dimensions) {

    /**
     * Axes that move together.
     *
     * @param axes by their index
     * @param places the values of these axes, in their order, at each place of the dimension
     */
    record Dimension(List<Integer> axes, List<List<JsonNode>> places) {}

    static final SweepPlan NOTHING = new SweepPlan(List.of(), List.of());

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

    /** What the values of a point set, by dotted path. */
    Map<String, JsonNode> sets(List<JsonNode> point) {
        Map<String, JsonNode> sets = new LinkedHashMap<>();
        for (int i = 0; i < axes.size(); i++) {
            sets.putAll(axes.get(i).setBy(point.get(i)));
        }
        return sets;
    }
}
