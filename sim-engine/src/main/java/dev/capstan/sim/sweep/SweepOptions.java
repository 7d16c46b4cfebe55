package dev.capstan.sim.sweep;

import dev.capstan.sim.kernel.CheckLevel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How to run a sweep; nothing of it reaches the results but {@code manifest.json}.
 *
 * @param out the results folder
 * @param engine carries out the runs
 * @param check which invariants are checked
 * @param resume go on with a folder that was not finished
 * @param shard the only part to carry out; the folder is left unfinished then, to be put together with those of the other parts
 * @param command as typed, for the manifest
 * @param version of Capstan, for the manifest
 * @param clock for wall times in the manifest
 */
public record SweepOptions(
        Path out,
        SweepEngine engine,
        CheckLevel check,
        boolean resume,
        Optional<Shard> shard,
        String command,
        String version,
        InstantSource clock) {}
