package dev.capstan.sim.results;

import java.util.List;

/**
 * The runs of one point of a sweep and one policy, taken together over the replications.
 *
 * @param axisValues as written, in the order of the axes; in a sweep that moves parameters the one moved follows: path, end
 *     and value, all empty where none is
 * @param success share of disturbances contained, with the interval of trials in clusters
 */
public record Point(
        List<String> axisValues,
        String policy,
        double capWatts,
        int replications,
        long disturbances,
        long contained,
        Interval success) {}
