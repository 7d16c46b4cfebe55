package dev.capstan.benchmarks;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.run.TraceLibrary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One run of the timers experiment, an hour after a warm-up: runs, simulated requests and events for each second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WholeRunBenchmark {

    private static final long SEED = 1;

    /** Name of the policy, with its defaults. */
    @Param({"none", "replica-cap", "three-band"})
    String policy = "none";

    private final Experiment experiment = ExperimentFile.read(
                    Path.of("traces-sample", "experiments", "timers.yaml"), List.of())
            .base();
    private final Load load =
            new TraceLibrary().load(experiment, experiment.services().get(0), SEED);
    private final double[] reference = SimulationRun.reference(experiment, List.of(load), SEED);

    /** Counts beside runs. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Simulated {

        /** Requests that arrived in the scored hour. */
        public long requests;

        /** Events of the whole run. */
        public long events;
    }

    @Benchmark
    public RunResult run(Simulated simulated) {
        CappingPolicy<?> capping =
                PolicyRegistry.build(PolicyRegistry.find(policy), Map.of(), SEED, GuardRails.DEFAULTS);
        RunResult result = SimulationRun.run(
                experiment, capping, List.of(load), Grid.UNKNOWN, () -> reference, SEED, CheckLevel.NONE, false);
        simulated.requests += (long) result.figure(Figure.REQUESTS_ARRIVED);
        simulated.events += result.events();
        return result;
    }
}
