package dev.capstan.report;

import java.util.Comparator;
import java.util.List;

/**
 * One row of {@code points.csv}: a policy at one point of the sweep.
 *
 * @param axisValues as written, in the order of the axes
 * @param successRate NaN, with its bounds, where there was no disturbance
 */
record Point(
        ResultTable table,
        int row,
        List<String> axisValues,
        String policy,
        double capWatts,
        double disturbances,
        double successRate,
        double successLow,
        double successHigh) {

    /**
     * Best first: the highest success, then the most requests within their targets, then the least stranded power.
     * Points without a disturbance come last. Not the lower bound of success, which a policy raises by bringing more
     * disturbances about itself.
     */
    static final Comparator<Point> BEST_FIRST = Comparator.comparingDouble(
                    (Point point) -> descending(point.successRate))
            .thenComparingDouble(point -> descending(point.mean("slo_attainment")))
            .thenComparingDouble(point -> ascending(point.mean("stranded_watt_seconds")));

    static Point at(ResultTable points, int row, List<Manifest.Axis> axes) {
        return new Point(
                points,
                row,
                axes.stream().map(axis -> points.text(row, axis.path())).toList(),
                points.text(row, "policy"),
                points.number(row, "cap_watts"),
                points.number(row, "disturbances"),
                points.number(row, "success_rate"),
                points.number(row, "success_rate_low"),
                points.number(row, "success_rate_high"));
    }

    /** The mean of a measure over the replications; NaN where there is none. */
    double mean(String measure) {
        return table.number(row, measure + "_mean");
    }

    boolean disturbed() {
        return !Double.isNaN(successRate);
    }

    boolean samePlace(Point other) {
        return axisValues.equals(other.axisValues) && capWatts == other.capWatts;
    }

    private static double descending(double value) {
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : -value;
    }

    private static double ascending(double value) {
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
    }
}
