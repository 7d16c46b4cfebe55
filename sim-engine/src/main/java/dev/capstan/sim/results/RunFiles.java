package dev.capstan.sim.results;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.run.RunResult;
import java.io.IOException;
import java.nio.file.Path;

/** The course of a run, to be written as its folder; {@code docs/results.md} defines the tables. */
@FunctionalInterface
public interface RunFiles {

    /** The course of a run of this process. */
    static RunFiles of(Experiment experiment, RunResult.Detail detail) {
        return folder -> RunFolder.write(folder, experiment, detail);
    }

    /**
     * Writes the files.
     *
     * @param folder made where it is not there; left half written on failure
     */
    void writeTo(Path folder) throws IOException;
}
