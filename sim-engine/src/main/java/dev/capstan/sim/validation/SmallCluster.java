package dev.capstan.sim.validation;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.Disturbance.Shape;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Services whose replicas draw {@link #REPLICA_WATTS} at most and nothing when idle, on servers that draw nothing. Scrapes
 * and HPA syncs come every 15 s.
 *
 * @param services each with the demand given to {@link #run}
 * @param replicas of each service at the start
 * @param maxReplicas the autoscaler's; where it equals {@code replicas} it is switched off
 * @param startShare of a replica's watts that it draws while it starts, for 60 s
 * @param windowSeconds of {@code rate()}
 */
record SmallCluster(
        int services,
        int replicas,
        int maxReplicas,
        double startShare,
        double capWatts,
        int exporterSeconds,
        int windowSeconds,
        int operatorSeconds,
        int warmupSeconds,
        int durationSeconds) {

    static final double REPLICA_WATTS = 100;
    private static final long SECOND = 1_000_000_000L;

    /** Runs a policy with the same demand for each service, which steps once. */
    RunResult run(CappingPolicy<?> policy, double fromWatts, double toWatts, int atSeconds, long seed) {
        Load load = new Load.Power(new PowerTrace(
                new long[] {0, atSeconds * SECOND},
                new double[] {fromWatts, toWatts},
                1_000_000 * SECOND,
                Optional.empty(),
                new TraceOrigin("generated for validation", "", "")));
        List<Load> loads = Collections.nCopies(services, load);
        Experiment experiment = experiment();
        double[] reference = SimulationRun.reference(experiment, loads, seed);
        return SimulationRun.run(
                experiment, policy, loads, Grid.UNKNOWN, () -> reference, seed, CheckLevel.LIGHT, true);
    }

    private Experiment experiment() {
        double none = Double.POSITIVE_INFINITY;
        return new Experiment(
                "validation",
                "",
                Experiment.Mode.POWER,
                warmupSeconds * SECOND,
                durationSeconds * SECOND,
                1,
                1,
                new Experiment.Cluster(
                        1,
                        0,
                        1,
                        0,
                        0,
                        1,
                        List.of(new Experiment.Domain(
                                "root", -1, services * maxReplicas, none, none, none, Long.MAX_VALUE)),
                        Experiment.Failing.NEVER),
                IntStream.range(0, services).mapToObj(this::service).toList(),
                new Experiment.Cap(capWatts, List.of(), 60 * SECOND),
                new Experiment.Control(operatorSeconds * SECOND, 0, 0, 0, 0, 0, 60 * SECOND, 60 * SECOND),
                new Experiment.Telemetry(
                        Experiment.Source.ENERGY_COUNTER,
                        exporterSeconds * SECOND,
                        15 * SECOND,
                        windowSeconds * SECOND,
                        List.of(),
                        Experiment.SensorFaults.NONE),
                Optional.empty(),
                Optional.empty(),
                List.of(new Experiment.Policy("none", "none", Map.of())),
                new Experiment.Scoring(5 * SECOND, 0),
                new Experiment.Output(null, SECOND, 0));
    }

    private Experiment.Service service(int index) {
        ModelProfile meter = PlainProfile.of(
                "meter",
                1,
                1e6,
                0,
                0,
                1,
                1,
                1,
                REPLICA_WATTS,
                0,
                0,
                REPLICA_WATTS,
                REPLICA_WATTS / 10,
                0.2,
                0.9,
                2,
                List.of());
        return new Experiment.Service(
                "service-" + index,
                new Workload.PowerDemand(
                        new Workload.Signal(Shape.STEP, 0, 0, 0, 0, SECOND), 1, 0, Workload.Unserved.CURTAIL),
                meter,
                index,
                1,
                1,
                replicas,
                maxReplicas,
                0,
                List.of(new StartupPhase("start", 60 * SECOND, startShare * REPLICA_WATTS)),
                0,
                30 * SECOND,
                ServingOptions.DEFAULTS,
                0,
                new Experiment.Autoscaler(
                        maxReplicas > replicas, 1, 15 * SECOND, 300 * SECOND, 30 * SECOND, 300 * SECOND),
                2,
                0.2);
    }
}
