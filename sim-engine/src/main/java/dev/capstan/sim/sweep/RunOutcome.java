package dev.capstan.sim.sweep;

import dev.capstan.sim.results.Row;
import dev.capstan.sim.results.RunFiles;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param row its figures
 * @param files its course, where the experiment keeps it
 */
public record RunOutcome(Row row, Optional<RunFiles> files) {}
