package dev.capstan.cli;

import dev.capstan.sim.results.Row;
import dev.capstan.sim.run.Figure;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which point of a sweep looks best while it runs: the one with the largest share of its disturbances contained, of those the
 * highest goodput or, without requests, the least stranded power; then the first that was begun.
 */
final class BestSoFar {

    /** What the runs of a point and policy have shown. */
    static final class Standing {

        private final List<String> axisValues;
        private final String policy;
        private double disturbances;
        private double contained;
        private double goodput;
        private double strandedWattSeconds;
        private int runs;

        private Standing(Row row) {
            axisValues = row.axisValues();
            policy = row.policy();
        }

        private void add(Row row) {
            disturbances += row.figures()[Figure.DISTURBANCES.ordinal()];
            contained += row.figures()[Figure.DISTURBANCES_CONTAINED.ordinal()];
            goodput += row.figures()[Figure.GOODPUT_REQUESTS_PER_SECOND.ordinal()];
            strandedWattSeconds += row.figures()[Figure.STRANDED_WATT_SECONDS.ordinal()];
            runs++;
        }

        List<String> axisValues() {
            return axisValues;
        }

        String policy() {
            return policy;
        }

        /** NaN where there was no disturbance. */
        double successRate() {
            return contained / disturbances;
        }

        /** Mean requests a second; NaN where there are none. */
        double goodput() {
            return goodput / runs;
        }

        private double strandedWattSeconds() {
            return strandedWattSeconds / runs;
        }
    }

    private static final Comparator<Standing> BETTER = Comparator.comparingDouble(
                    (Standing standing) -> orLeast(standing.successRate()))
            .thenComparingDouble(standing -> orLeast(standing.goodput()))
            .thenComparingDouble(standing -> orLeast(-standing.strandedWattSeconds()));

    private final Map<List<String>, Standing> standings = new LinkedHashMap<>();

    private static double orLeast(double value) {
        return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value;
    }

    void add(Row row) {
        List<String> point = List.of(row.policy(), row.axisValues().toString());
        standings.computeIfAbsent(point, missing -> new Standing(row)).add(row);
    }

    /** Empty before the first run. */
    Optional<Standing> best() {
        Standing best = null;
        for (Standing standing : standings.values()) {
            if (best == null || BETTER.compare(standing, best) > 0) {
                best = standing;
            }
        }
        return Optional.ofNullable(best);
    }
}
