package dev.capstan.cli;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.sweep.LocalEngine;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepEngine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "simulate",
        description = "Runs each policy of an experiment once, without its axes.",
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {

    private final ExperimentRun run;

    @Mixin
    private final RunOptions options = new RunOptions();

    @Spec
    private CommandSpec spec;

    SimulateCommand(Console console, InstantSource clock) {
        this.run = new ExperimentRun(console, clock);
    }

    @Override
    public Integer call() throws IOException {
        try (SweepEngine engine = new LocalEngine(options.jobs())) {
            ExperimentFile experiment = ExperimentFile.read(options.experiment, options.allSets());
            return run.run(spec, options, experiment, Sweep.simulate(experiment), engine, Optional.empty());
        }
    }
}
