package dev.capstan.sim.sweep;

import dev.capstan.sim.kernel.CheckLevel;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * How to run a sweep; nothing of it reaches the results but {@code manifest.json}.
 *
 * @param out the results folder
 * @param jobs runs at a time, at least 1
 * @param check which invariants are checked
 * @param resume go on with a folder that was not finished
 * @param command as typed, for the manifest
 * @param version of Capstan, for the manifest
 * @param clock for wall times in the manifest
 */
public record SweepOptions(
        Path out, int jobs, CheckLevel check, boolean resume, String command, String version, InstantSource clock) {

    public SweepOptions {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs must be at least 1, was " + jobs);
        }
    }
}
