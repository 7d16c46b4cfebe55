package dev.capstan.sim.sweep;

import dev.capstan.sim.results.Point;
import java.nio.file.Path;
import java.util.List;

/**
 * A finished sweep.
 *
 * @param folder with the results
 * @param runs in all, those of an earlier start included
 * @param requests arrived in the runs of this start
 * @param wallSeconds of this start
 * @param points in the order of {@code points.csv}
 */
public record SweepOutcome(Path folder, int runs, long requests, double wallSeconds, List<Point> points) {}
