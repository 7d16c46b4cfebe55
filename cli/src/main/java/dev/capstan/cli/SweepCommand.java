package dev.capstan.cli;

import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepEngine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "sweep",
        description = "Runs all points of the axes of an experiment, with replications.",
        mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer> {

    private final Console console;
    private final ExperimentRun run;

    @Mixin
    private final RunOptions options = new RunOptions();

    @Mixin
    private final EngineOptions engines = new EngineOptions();

    @Mixin
    private final IndexedJobOptions job = new IndexedJobOptions();

    @Spec
    private CommandSpec spec;

    SweepCommand(Console console, InstantSource clock) {
        this.console = console;
        this.run = new ExperimentRun(console, clock);
    }

    @Override
    public Integer call() throws IOException {
        if (engines.name.equals(EngineOptions.KUBERNETES_JOB)) {
            engines.refuseAll();
            job.emit(options, console.out()).ifPresent(file -> console.out().println("manifest " + file));
            return ExitCodes.DONE;
        }
        if (job.isAsked()) {
            throw new InvalidArgument(
                    "--emit, --shards, --image, --results-claim and --mount: are for --engine k8s-job only");
        }
        try (SweepEngine engine = engines.open(options)) {
            return run.run(spec, options, Sweep::of, engine, engines.shard());
        }
    }
}
