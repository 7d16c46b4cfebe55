package dev.capstan.sim.sweep;

import java.nio.file.Path;

/**
 * A finished sweep.
 *
 * @param folder with the results
 * @param runs in all, those of an earlier start included
 * @param requests arrived in the runs of this start
 * @param wallSeconds of this start
 */
public record SweepOutcome(Path folder, int runs, long requests, double wallSeconds) {}
