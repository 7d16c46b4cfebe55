package dev.capstan.sim.sweep;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A finished sweep.
 *
 * @param folder with the results
 * @param runs in all, those of an earlier start included
 * @param requests arrived in the runs of this start
 * @param wallSeconds of this start
 * @param found where a search ended; empty where there was none
 */
public record SweepOutcome(Path folder, int runs, long requests, double wallSeconds, Optional<FoundPoint> found) {}
