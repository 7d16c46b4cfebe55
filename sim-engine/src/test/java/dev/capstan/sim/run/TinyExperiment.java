package dev.capstan.sim.run;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.experiment.Workload.Unserved;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.Disturbance.Shape;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An experiment of few words. Its servers draw nothing of their own, a GPU nothing until it belongs to a pod, and a
 * watt of a GPU is a watt at the wall; timers are those of the issue: operator 10 s, scrape and HPA 15 s, window 5 min.
 */
public final class TinyExperiment {

    public static final long SECOND = 1_000_000_000L;

    public long warmupSeconds;
    public long durationSeconds = 600;
    public List<Experiment.Domain> domains = List.of(domain("root", -1, 200));
    public Experiment.Failing failing = Experiment.Failing.NEVER;
    public double serverBaseWatts;
    public double unallocatedGpuWatts;
    public double wallWattsPerGpuWatt = 1;
    public double boardSpread;
    public int gpusPerServer = 1;
    public double capWatts = 2000;
    public List<PowerBudget> budgets = List.of();
    public List<Experiment.CapChange> capChanges = List.of();
    public List<Experiment.CapEvent> capEvents = List.of();
    public boolean capFollowsCarbon;
    /** 0 without a carbon trace. */
    public double carbonBudgetGramsPerHour;

    public Experiment.Forecast forecast = Experiment.Forecast.NONE;
    public ModelProfile model = meter(100);
    public int services = 1;
    public List<Experiment.Route> routes = List.of();
    public int minReplicas = 1;
    public int initialReplicas = 1;
    public int maxReplicas = 100;
    public double startSeconds = 60;
    public double startShare = 1;
    public double startupJitter;
    public double graceSeconds = 30;
    public boolean autoscaled = true;
    public int lockedMegahertz;
    public double targetPerReplica = 1;
    public double operatorSeconds = 10;
    public double apiLatencySeconds;
    public double clockLatencySeconds;
    public double brakeLatencySeconds;
    public double silentFailures;
    public Experiment.Gateways gateways = Experiment.Gateways.PROMPT;
    public double exporterSeconds = 5;
    public double scrapeSeconds = 15;
    public double windowSeconds = 300;
    public List<Experiment.Outage> outages = List.of();
    public Experiment.Source source = Experiment.Source.ENERGY_COUNTER;
    public Experiment.SensorFaults faults = Experiment.SensorFaults.NONE;
    public Unserved unserved = Unserved.CURTAIL;

    /** One domain with servers of its own and no limit. */
    public static Experiment.Domain domain(String name, int parent, int servers) {
        return new Experiment.Domain(
                name,
                parent,
                servers,
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                Long.MAX_VALUE);
    }

    /** Replicas of one GPU that draw from nothing up to the given power. */
    public static ModelProfile meter(double watts) {
        return PlainProfile.of("meter", 1, 1e6, 0, 0, 1, 1, 1, watts, 0, 0, watts, watts / 10, 0.2, 0.9, 2, List.of());
    }

    /** The same demand in watts from the start of the run to its end, stepping once. */
    public static Load step(double fromWatts, double toWatts, long atSeconds) {
        return new Load.Power(new PowerTrace(
                new long[] {0, atSeconds * SECOND},
                new double[] {fromWatts, toWatts},
                1_000_000 * SECOND,
                Optional.empty(),
                new TraceOrigin("test", "", "")));
    }

    /** Demand that any number of replicas leaves unserved. */
    public static Load saturating() {
        return step(1e9, 1e9, 1);
    }

    /** Poisson arrivals with geometric output lengths. */
    public static Load requests(long seed, double perSecond, double seconds, int meanInput, int meanOutput) {
        RandomStream random = RandomStream.named(seed, "requests");
        List<long[]> rows = new ArrayList<>();
        for (double at = random.nextExponential() / perSecond;
                at < seconds;
                at += random.nextExponential() / perSecond) {
            rows.add(new long[] {
                Math.round(at * 1e9),
                (long) (meanInput * random.nextExponential()),
                1 + (long) (meanOutput * random.nextExponential())
            });
        }
        return new Load.Requests(new RequestTrace(
                rows.stream().mapToLong(row -> row[0]).toArray(),
                rows.stream().mapToInt(row -> (int) row[1]).toArray(),
                rows.stream().mapToInt(row -> (int) row[2]).toArray(),
                Optional.empty(),
                new TraceOrigin("test", "", "")));
    }

    /** The policy of that name with its defaults, guarded as in a sweep. */
    public static CappingPolicy<?> policy(String name) {
        return PolicyRegistry.build(PolicyRegistry.find(name), Map.of(), 1, GuardRails.DEFAULTS);
    }

    /** The experiment as a value. */
    public Experiment build() {
        List<Experiment.Service> list = new ArrayList<>();
        for (int i = 0; i < services; i++) {
            list.add(new Experiment.Service(
                    "service-" + i,
                    new Workload.PowerDemand(new Workload.Signal(Shape.STEP, 0, 0, 0, 0, SECOND), 1, 0, unserved),
                    model,
                    i,
                    1,
                    minReplicas,
                    initialReplicas,
                    maxReplicas,
                    0,
                    List.of(new StartupPhase("start", nanos(startSeconds), startShare * model.tdpGpuWatts())),
                    startupJitter,
                    nanos(graceSeconds),
                    ServingOptions.DEFAULTS,
                    lockedMegahertz,
                    new Experiment.Autoscaler(
                            autoscaled, targetPerReplica, 15 * SECOND, 300 * SECOND, 30 * SECOND, 300 * SECOND),
                    2,
                    0.2));
        }
        return new Experiment(
                "tiny",
                "",
                Experiment.Mode.POWER,
                warmupSeconds * SECOND,
                durationSeconds * SECOND,
                1,
                1,
                new Experiment.Cluster(
                        gpusPerServer,
                        serverBaseWatts,
                        wallWattsPerGpuWatt,
                        unallocatedGpuWatts,
                        boardSpread,
                        1,
                        domains,
                        failing),
                list,
                routes,
                new Experiment.Cap(capWatts, capChanges, capEvents, capFollowsCarbon, 60 * SECOND, 60 * SECOND),
                budgets,
                new Experiment.Control(
                        nanos(operatorSeconds),
                        nanos(apiLatencySeconds),
                        0,
                        nanos(clockLatencySeconds),
                        nanos(brakeLatencySeconds),
                        silentFailures,
                        60 * SECOND,
                        60 * SECOND,
                        Double.POSITIVE_INFINITY,
                        0,
                        gateways),
                new Experiment.Telemetry(
                        source, nanos(exporterSeconds), nanos(scrapeSeconds), nanos(windowSeconds), outages, faults),
                carbonBudgetGramsPerHour == 0 ? Optional.empty() : Optional.of(carbon()),
                Optional.empty(),
                List.of(new Experiment.Policy("none", "none", Map.of())),
                new Experiment.Scoring(5 * SECOND, 0, Optional.empty()),
                new Experiment.Output(null, SECOND, 0));
    }

    private Experiment.Carbon carbon() {
        return new Experiment.Carbon(
                Path.of("carbon.csv"),
                CarbonTrace.Signal.AVERAGE,
                CarbonTrace.Scope.DIRECT,
                Optional.empty(),
                0,
                carbonBudgetGramsPerHour,
                new Experiment.CarbonSource(forecast, 86_400 * SECOND, 10 * SECOND, 0));
    }

    /** Intensities from the given seconds on. */
    public static CarbonTrace carbon(long[] fromSeconds, double... gramsPerKilowattHour) {
        return new CarbonTrace(
                "TEST",
                CarbonTrace.Signal.AVERAGE,
                CarbonTrace.Scope.DIRECT,
                Instant.EPOCH,
                Arrays.stream(fromSeconds).map(at -> at * SECOND).toArray(),
                gramsPerKilowattHour,
                new TraceOrigin("test", "", ""));
    }

    /** Runs a policy and its reference, with the course of the run kept. */
    public RunResult run(CappingPolicy<?> policy, List<Load> loads, long seed, CheckLevel checks) {
        return run(policy, loads, Grid.UNKNOWN, seed, checks);
    }

    /** The same on a grid. */
    public RunResult run(CappingPolicy<?> policy, List<Load> loads, Grid grid, long seed, CheckLevel checks) {
        Experiment experiment = build();
        double[] reference = SimulationRun.reference(experiment, loads, seed);
        return SimulationRun.run(experiment, policy, loads, grid, () -> reference, seed, checks, true);
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
