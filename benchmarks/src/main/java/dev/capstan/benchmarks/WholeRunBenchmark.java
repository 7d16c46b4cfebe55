package dev.capstan.benchmarks;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One run of the timers experiment, an hour after a warm-up, as it is and with four times the load, the replicas and the
 * cap: runs, simulated requests and events for each second.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WholeRunBenchmark {

    private static final long SEED = 1;

    /** Name of the policy, with its defaults. */
    @Param({"none", "replica-cap", "three-band"})
    String policy = "none";

    /** Most replicas, a multiple of eight. */
    @Param({"8", "32"})
    int replicas = 8;

    private Experiment experiment;
    private Load.Requests load;
    private double[] reference;

    /** The experiment, its load and its reference are not measured. */
    @Setup
    public void prepare() {
        int times = replicas / 8;
        experiment = ExperimentFile.read(
                        Path.of("traces-sample", "experiments", "timers.yaml"),
                        List.of(
                                "workload.scale=" + 0.2 * times,
                                "cluster.servers=" + 4 * times,
                                "cluster.breaker.rating=" + 26 * times + " kW",
                                "services.0.replicas.min=" + 2 * times,
                                "services.0.replicas.initial=" + 5 * times,
                                "services.0.replicas.max=" + replicas,
                                "cap.power=" + 20 * times + " kW"))
                .base();
        load = (Load.Requests)
                new TraceLibrary().load(experiment, experiment.services().get(0), SEED);
        reference = SimulationRun.reference(experiment, List.of(load), SEED);
    }

    /** Counts beside runs. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Simulated {

        /** Requests of the whole run, its warm-up included. */
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
        simulated.requests += load.trace().size();
        simulated.events += result.events();
        return result;
    }
}
