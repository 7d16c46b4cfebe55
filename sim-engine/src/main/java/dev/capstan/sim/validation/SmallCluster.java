package dev.capstan.sim.validation;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.CapChange;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Services whose replicas draw {@link #REPLICA_WATTS} at most and nothing when idle, on servers that draw nothing. A
 * disturbance must be contained within {@link PlainExperiment#CONTAIN_SECONDS}.
 *
 * @param services each with the demand given to {@link #run}
 * @param replicas of each service at the start
 * @param maxReplicas the autoscaler's; where it equals {@code replicas} it is switched off
 * @param startShare of a replica's watts that it draws while it starts
 * @param breaker whether all are behind a breaker rated at the cap, which then stays open once it has tripped
 */
record SmallCluster(
        int services,
        int replicas,
        int maxReplicas,
        double startShare,
        double capWatts,
        boolean breaker,
        Timers timers,
        int warmupSeconds,
        int durationSeconds) {

    static final double REPLICA_WATTS = 100;
    private static final long SECOND = 1_000_000_000L;

    /** Makes the policy of a run. */
    interface Policies {

        /** The policy of a seed, with the parameters that differ from their defaults. */
        CappingPolicy<?> make(Map<String, Double> parameters, long seed);

        /** Those of the registry with this name, behind the usual guard rails. */
        static Policies named(String name) {
            return (parameters, seed) ->
                    PolicyRegistry.build(PolicyRegistry.find(name), parameters, seed, GuardRails.DEFAULTS);
        }
    }

    /**
     * The clocks of the loop.
     *
     * @param windowSeconds of {@code rate()}, at least two scrapes; 0 to read a gauge
     * @param limitSeconds from a decision until a GPU limit is in force
     * @param startSeconds how long a replica starts
     */
    record Timers(
            double exporterSeconds,
            double scrapeSeconds,
            double windowSeconds,
            double operatorSeconds,
            double hpaSeconds,
            double limitSeconds,
            double startSeconds) {}

    /** Without a breaker, with scrapes and HPA syncs every 15 s, limits that act at once and replicas that start for 60 s. */
    SmallCluster(
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
        this(
                services,
                replicas,
                maxReplicas,
                startShare,
                capWatts,
                false,
                new Timers(exporterSeconds, 15, windowSeconds, operatorSeconds, 15, 0, 60),
                warmupSeconds,
                durationSeconds);
    }

    /** Runs a policy with the same demand for each service, which steps once. */
    RunResult run(CappingPolicy<?> policy, double fromWatts, double toWatts, int atSeconds, long seed) {
        return run(policy, new int[] {0, atSeconds}, new double[] {fromWatts, toWatts}, seed);
    }

    /** Runs a policy with the same demand for each service, which takes each of the values from its second on. */
    RunResult run(CappingPolicy<?> policy, int[] fromSeconds, double[] watts, long seed) {
        return run(policy, fromSeconds, Collections.nCopies(services, watts), List.of(), seed);
    }

    /** Runs a policy with a demand for each service, in the order of their priorities, which takes each of its values from its second on. */
    RunResult run(CappingPolicy<?> policy, int[] fromSeconds, List<double[]> watts, long seed) {
        return run(policy, fromSeconds, watts, List.of(), seed);
    }

    private RunResult run(
            CappingPolicy<?> policy, int[] fromSeconds, List<double[]> watts, List<CapChange> changes, long seed) {
        long[] fromNanos =
                Arrays.stream(fromSeconds).mapToLong(at -> at * SECOND).toArray();
        List<Load> loads = watts.stream().map(demand -> load(fromNanos, demand)).toList();
        Experiment experiment = experiment(changes);
        double[] reference = SimulationRun.reference(experiment, loads, seed);
        return SimulationRun.run(
                experiment, policy, loads, Grid.UNKNOWN, () -> reference, seed, CheckLevel.LIGHT, true);
    }

    /** Runs a policy with a demand that stays as it is, under a cap that falls to this at that second. */
    RunResult fall(CappingPolicy<?> policy, double watts, double capWatts, int atSeconds, long seed) {
        return run(
                policy,
                new int[] {0},
                Collections.nCopies(services, new double[] {watts}),
                List.of(new CapChange(atSeconds * SECOND, capWatts)),
                seed);
    }

    private static Load load(long[] fromNanos, double[] watts) {
        return new Load.Power(new PowerTrace(
                fromNanos,
                watts,
                1_000_000 * SECOND,
                Optional.empty(),
                new TraceOrigin("generated for validation", "", "")));
    }

    private Experiment experiment(List<CapChange> changes) {
        double none = Double.POSITIVE_INFINITY;
        return PlainExperiment.of(
                Experiment.Mode.POWER,
                warmupSeconds * SECOND,
                durationSeconds * SECOND,
                new Experiment.Cluster(
                        1,
                        0,
                        1,
                        0,
                        0,
                        1,
                        List.of(new Experiment.Domain(
                                "root",
                                -1,
                                services * maxReplicas,
                                none,
                                breaker ? capWatts : none,
                                none,
                                Long.MAX_VALUE)),
                        Experiment.Failing.NEVER),
                IntStream.range(0, services).mapToObj(this::service).toList(),
                new Experiment.Cap(capWatts, changes, PlainExperiment.CONTAIN_SECONDS * SECOND),
                PlainExperiment.control(nanos(timers.operatorSeconds()), nanos(timers.limitSeconds()), 0, 0),
                PlainExperiment.telemetry(
                        timers.windowSeconds() == 0 ? Experiment.Source.POWER_GAUGE : Experiment.Source.ENERGY_COUNTER,
                        nanos(timers.exporterSeconds()),
                        nanos(timers.scrapeSeconds()),
                        nanos(Math.max(timers.windowSeconds(), 2 * timers.scrapeSeconds()))),
                SECOND);
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
                PlainExperiment.GIVEN,
                meter,
                index,
                1,
                1,
                replicas,
                maxReplicas,
                0,
                List.of(new StartupPhase("start", nanos(timers.startSeconds()), startShare * REPLICA_WATTS)),
                0,
                30 * SECOND,
                ServingOptions.DEFAULTS,
                0,
                new Experiment.Autoscaler(
                        maxReplicas > replicas, 1, nanos(timers.hpaSeconds()), 300 * SECOND, 30 * SECOND, 300 * SECOND),
                2,
                0.2);
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * SECOND);
    }
}
