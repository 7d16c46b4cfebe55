package dev.capstan.cli;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepEngine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Option(
            names = "--find",
            paramLabel = "GOAL",
            description = "Looks for the best point of the axes in place of running all, such as"
                    + " 'min stranded_watt_seconds s.t. success_rate >= 0.99'.")
    private @Nullable String find;

    @Option(
            names = "--find-points",
            paramLabel = "N",
            defaultValue = "200",
            description = "The most points that --find may try. Default: 200.")
    private int findPoints;

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
            if (find != null) {
                throw new InvalidArgument(
                        "--find: goes without --engine k8s-job, whose parts do not know of each other");
            }
            job.emit(options, console.out()).ifPresent(file -> console.out().println("manifest " + file));
            return ExitCodes.DONE;
        }
        if (job.isAsked()) {
            throw new InvalidArgument(
                    "--emit, --shards, --image, --results-claim and --mount: are for --engine k8s-job only");
        }
        if (find != null) {
            return find(find);
        }
        ExperimentFile experiment = ExperimentFile.read(options.experiment, options.allSets());
        return run(experiment, Sweep.of(experiment));
    }

    /** What is wrong with the experiment is told before an engine is started, which can take a while. */
    private int run(ExperimentFile experiment, Sweep sweep) throws IOException {
        try (SweepEngine engine = engines.open(options)) {
            return run.run(spec, options, experiment, sweep, engine, engines.shard());
        }
    }

    private int find(String goal) throws IOException {
        if (engines.shard().isPresent() || !engines.gather.isEmpty()) {
            throw new InvalidArgument(
                    "--find: goes without --shard and --gather, since where it goes on hangs on all of its points");
        }
        if (findPoints < 1) {
            throw new InvalidArgument("--find-points: must be at least 1, was " + findPoints);
        }
        ExperimentFile experiment = ExperimentFile.readForSearch(options.experiment, options.allSets());
        Sweep sweep;
        try {
            sweep = Sweep.search(experiment, goal, findPoints);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("--find: " + e.getMessage());
        }
        return run(experiment, sweep);
    }
}
