package dev.capstan.sim.results;

import java.util.List;

/**
 * One run in {@code summary.csv}.
 *
 * @param index of the run in its sweep
 * @param axisValues as written, in the order of the axes; in a sweep that moves parameters the one moved follows: path, end
 *     and value, all empty where none is
 * @param policy label
 * @param figures by ordinal of {@link dev.capstan.sim.run.Figure}
 * @param services in the order of the experiment
 */
public record Row(
        int index,
        String runId,
        List<String> axisValues,
        String policy,
        double capWatts,
        int replication,
        long seed,
        double[] figures,
        List<Service> services) {

    /**
     * What one service got: a row in {@code services.csv}.
     *
     * @param figures by ordinal of {@link dev.capstan.sim.run.ServiceFigure}
     */
    public record Service(String name, double[] figures) {}
}
