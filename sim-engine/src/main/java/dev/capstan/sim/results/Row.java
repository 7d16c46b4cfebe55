package dev.capstan.sim.results;

import java.util.List;

/**
 * One run in {@code summary.csv}.
 *
 * @param index of the run in its sweep
 * @param axisValues as written, in the order of the axes
 * @param policy label
 * @param figures by ordinal of {@link dev.capstan.sim.run.Figure}
 */
public record Row(
        int index,
        String runId,
        List<String> axisValues,
        String policy,
        double capWatts,
        int replication,
        long seed,
        double[] figures) {}
