package dev.capstan.sim.results;

import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.SweepLayout;
import dev.capstan.sim.run.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the tables of a results folder show.
 *
 * @param points how they lie; without dimensions where they were searched for, so that no effects of an axis can be told
 * @param sensitivity whether parameters are moved one at a time; the rows then say which, after the values of the axes
 * @param comparedWith label of the policy that others are compared with
 * @param confidence of all intervals, above 0 and below 1
 * @param seed of the experiment
 */
public record Layout(
        SweepLayout points, boolean sensitivity, Optional<String> comparedWith, double confidence, long seed) {

    private static final String MEAN = "_mean";
    private static final String LOW = "_low";
    private static final String HIGH = "_high";

    /** Figures that are averaged over the replications. */
    private static final List<Figure> AVERAGED = List.of(
            Figure.TIME_UNDER_CAP_FRACTION,
            Figure.OVER_CAP_SECONDS,
            Figure.OVER_CAP_JOULES,
            Figure.LONGEST_EXCURSION_SECONDS,
            Figure.PEAK_POWER_WATTS,
            Figure.MEAN_POWER_WATTS,
            Figure.STRANDED_WATT_SECONDS,
            Figure.ENERGY_JOULES,
            Figure.CARBON_GRAMS,
            Figure.REQUESTS_COMPLETED,
            Figure.TTFT_P50_SECONDS,
            Figure.TTFT_P99_SECONDS,
            Figure.TPOT_P99_SECONDS,
            Figure.E2E_P99_SECONDS,
            Figure.SLO_ATTAINMENT,
            Figure.GOODPUT_REQUESTS_PER_SECOND,
            Figure.JOULES_PER_OUTPUT_TOKEN,
            Figure.CAPPED_SECONDS,
            Figure.REPLICA_CHANGES,
            Figure.BREAKER_TRIPS,
            Figure.OUT_OF_RANGE_TIME_SHARE,
            Figure.ENERGY_COST);

    /** The dotted paths of the axes. */
    public List<String> axes() {
        return points.axes().stream().map(Axis::path).toList();
    }

    /** Whether the points are all combinations of values, or sampled, so that effects of an axis can be told. */
    boolean isCrossed() {
        return !points.dimensions().isEmpty();
    }

    /** The columns that tell where a run stands in its sweep. */
    List<String> places() {
        List<String> places = new ArrayList<>(axes());
        if (sensitivity) {
            places.addAll(SensitivityTable.COLUMNS);
        }
        return places;
    }

    /** Whether a run is one of the experiment as it stands, with no parameter moved. */
    boolean isUnmoved(Row row) {
        return !sensitivity || row.axisValues().get(points.axes().size()).isEmpty();
    }

    /** Figures whose mean over the replications {@code points.csv} has. */
    static List<Figure> averaged() {
        return AVERAGED;
    }

    /** Success and what is averaged: figures that are compared pair by pair of runs, or over the values of an axis. */
    public static List<Figure> compared() {
        List<Figure> figures = new ArrayList<>(List.of(Figure.SUCCESS_RATE));
        figures.addAll(AVERAGED);
        return figures;
    }

    /** What a column of {@link #numbers} takes of the interval of a figure. */
    static double of(Interval interval, String column) {
        return column.endsWith(LOW) ? interval.low() : column.endsWith(HIGH) ? interval.high() : interval.estimate();
    }

    /** The figure that a column of {@link #numbers} is about. */
    static Figure figure(String column) {
        String name = column.replaceFirst("(" + MEAN + "|" + LOW + "|" + HIGH + ")$", "");
        return Figure.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** The columns of {@code points.csv} that hold figures, and their intervals. */
    public static List<String> numbers() {
        String success = Figure.SUCCESS_RATE.column();
        List<String> columns = new ArrayList<>(List.of(success, success + LOW, success + HIGH));
        for (Figure figure : AVERAGED) {
            columns.addAll(List.of(figure.column() + MEAN, figure.column() + LOW, figure.column() + HIGH));
        }
        return columns;
    }
}
