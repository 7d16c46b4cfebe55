package dev.capstan.sim.experiment;

import java.util.List;

/**
 * How the points of a sweep lie: in every combination of the places of its dimensions, but for those that conditions leave out.
 *
 * @param axes in the order of the file
 * @param dimensions each axis is in one of them
 */
public record SweepLayout(List<Axis> axes, List<Dimension> dimensions) {

    /**
     * Axes that move together, or that one design samples.
     *
     * @param axes by their index
     * @param places the values of these axes as text, in their order, at each place
     * @param rows of a Saltelli design the place of each of its points, in their order: row by row A, B, then for each axis A
     *     with the value of B on that axis; empty for others
     */
    public record Dimension(List<Integer> axes, List<List<String>> places, List<Integer> rows) {}
}
