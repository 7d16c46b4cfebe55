package dev.capstan.sim.experiment;

import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.RequestRoute;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.CarbonFormat;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PriceTraces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to simulate, as a value; running it is a function of that value. Read from YAML by {@link ExperimentFile}, which
 * documents the keys. All times in nanoseconds, all power in watts.
 *
 * @param warmupNanos simulated before scoring begins
 * @param durationNanos scored span; 0 for all that the traces hold
 * @param services at least one
 * @param routes streams of requests that several of the services share
 * @param budgets limits over groups of the services, beside the cap
 * @param policies at least one
 */
public record Experiment(
        String name,
        String question,
        Mode mode,
        long warmupNanos,
        long durationNanos,
        long seed,
        int replications,
        Cluster cluster,
        List<Service> services,
        List<Route> routes,
        Cap cap,
        List<PowerBudget> budgets,
        Control control,
        Telemetry telemetry,
        Optional<Carbon> carbon,
        Optional<Price> price,
        List<Policy> policies,
        Scoring scoring,
        Output output) {

    /** The route that a service is a pool of. */
    public Optional<Route> routeOf(String service) {
        return routes.stream()
                .filter(route ->
                        route.pools().stream().anyMatch(pool -> pool.service().equals(service)))
                .findFirst();
    }

    /** What drives the load. */
    public enum Mode {
        /** A request trace, served by replicas with continuous batching. */
        REQUESTS,
        /** A measured power trace taken as demand, for sites that have no request log. */
        POWER
    }

    /**
     * Servers and the power domains that feed them.
     *
     * @param serverBaseWatts wall power of a server beyond its GPUs
     * @param wallWattsPerGpuWatt wall watts for each watt of a GPU
     * @param unallocatedGpuWatts draw of a GPU that belongs to no pod
     * @param boardSpread standard deviation of a board's dynamic power, as a share of it
     * @param pue facility watts for each watt of the root domain; enters carbon only
     * @param domains parents before children, the first is the root and carries the cap
     */
    public record Cluster(
            int gpusPerServer,
            double serverBaseWatts,
            double wallWattsPerGpuWatt,
            double unallocatedGpuWatts,
            double boardSpread,
            double pue,
            List<Domain> domains,
            Failing failing) {

        /** Servers of all domains together. */
        public int servers() {
            return domains.stream().mapToInt(Domain::servers).sum();
        }
    }

    /**
     * What fails, and what becomes of the pods.
     *
     * @param servers with all that runs on them
     * @param gpus one by one
     * @param evictionNanos from the failure of a server until Kubernetes replaces its pods
     */
    public record Failing(Failures servers, Failures gpus, long evictionNanos) {

        /** Servers and GPUs that never fail. */
        public static final Failing NEVER = new Failing(Failures.NONE, Failures.NONE, 0);
    }

    /**
     * Failures of servers, or of GPUs.
     *
     * @param planned at given times
     * @param meanSeconds until one that is up fails at random; infinite for never
     * @param repairNanos how long one that failed at random is down
     */
    public record Failures(List<Failure> planned, double meanSeconds, long repairNanos) {

        /** No failure. */
        public static final Failures NONE = new Failures(List.of(), Double.POSITIVE_INFINITY, 0);
    }

    /**
     * A failure that is planned.
     *
     * @param domain index of the power domain under which servers or GPUs fail
     * @param count how many of them
     */
    public record Failure(long atNanos, long lastingNanos, int domain, int count) {}

    /**
     * One power domain.
     *
     * @param parent index of the domain above, -1 for the root
     * @param servers fed by this domain directly
     * @param limitWatts infinite where it has none; the root's is the cap
     * @param breakerRatingWatts infinite where it has no breaker
     * @param breakerCoolingSeconds time constant of cooling; infinite for a breaker that never cools
     * @param breakerResetNanos from a trip until the breaker is closed again; {@link Long#MAX_VALUE} for never
     */
    public record Domain(
            String name,
            int parent,
            int servers,
            double limitWatts,
            double breakerRatingWatts,
            double breakerCoolingSeconds,
            long breakerResetNanos) {}

    /**
     * One service: a model behind an autoscaler.
     *
     * @param priority larger is more important
     * @param initialReplicas ready at the start
     * @param imagePullNanos what the first new replica on a server waits for before that
     * @param startup what a new replica goes through before it serves
     * @param graceNanos how long a replica that was told to stop may go on with its requests
     * @param serving routing of requests and settings of the engines
     * @param lockedMegahertz SM clock at which the owner has locked the GPUs; 0 for none
     * @param ttftSloSeconds time to first token that a request must meet
     * @param tpotSloSeconds time per output token that a request must meet
     */
    public record Service(
            String name,
            Workload workload,
            ModelProfile model,
            int priority,
            double weight,
            int minReplicas,
            int initialReplicas,
            int maxReplicas,
            long imagePullNanos,
            List<StartupPhase> startup,
            double startupJitter,
            long graceNanos,
            ServingOptions serving,
            int lockedMegahertz,
            Autoscaler autoscaler,
            double ttftSloSeconds,
            double tpotSloSeconds) {}

    /**
     * Services that share one stream of requests; each has it as its workload.
     *
     * @param pools at least one, of different services
     */
    public record Route(String name, RequestRoute.Choice choice, List<Pool> pools) {}

    /**
     * A service behind a route.
     *
     * @param weight its share against the other pools at the start, 0 to 1
     */
    public record Pool(String service, double weight) {}

    /**
     * KEDA and the HPA over one service.
     *
     * @param enabled false: replicas stay at their initial number but for what the ceiling forces
     * @param targetPerReplica requests in the service (running and waiting) for each replica, KEDA's AverageValue; in
     *     power mode the share of a replica's peak watts
     * @param scaleDownStabilizationNanos HPA's window; the default of Kubernetes, 5 minutes, leaves {@code behavior} unset
     */
    public record Autoscaler(
            boolean enabled,
            double targetPerReplica,
            long hpaSyncNanos,
            long scaleDownStabilizationNanos,
            long kedaPollingNanos,
            long kedaCooldownNanos) {}

    /**
     * The cap on the root domain: the lowest of what the schedule, the events under way and the carbon budget allow.
     *
     * @param watts at the start
     * @param changes later values, in order of time
     * @param events spans in which it is lower
     * @param followsCarbon whether it also falls to what {@link Carbon#budgetGramsPerHour()} allows
     * @param leadNanos how long before an announced fall guarded policies hold the lower cap already
     * @param containWithinNanos time within which a disturbance must be back under the cap
     */
    public record Cap(
            double watts,
            List<CapChange> changes,
            List<CapEvent> events,
            boolean followsCarbon,
            long leadNanos,
            long containWithinNanos) {

        /** A cap that only its schedule moves. */
        public Cap(double watts, List<CapChange> changes, long containWithinNanos) {
            this(watts, changes, List.of(), false, 0, containWithinNanos);
        }
    }

    /** From {@code atNanos} after the start of the run the cap is {@code watts}. */
    public record CapChange(long atNanos, double watts) {}

    /**
     * A span in which the cap is at most {@code watts}: a demand-response event, or a tariff's hours of high price.
     *
     * @param atNanos when it begins the first time
     * @param everyNanos from one beginning to the next; 0 for an event that comes once
     * @param noticeNanos how long before a beginning policies are told of it
     */
    public record CapEvent(long atNanos, long lastingNanos, long everyNanos, double watts, long noticeNanos) {}

    /**
     * The operator and its levers.
     *
     * @param intervalNanos between two steps of the policy
     * @param apiLatencyNanos from a decision until a replica ceiling stands in the autoscaler
     * @param gpuLimitLatencyNanos from a decision until a GPU power limit is in force
     * @param clockLatencyNanos from a decision until a clock is locked or unlocked
     * @param brakeLatencyNanos the same for an urgent one
     * @param silentFailures share of the commands to GPUs that never arrive, without an error
     * @param maxReadingAgeNanos age beyond which guarded policies call a reading stale
     * @param holdNanos how long guarded policies hold before they step down to the last safe ceiling
     * @param rampWattsPerSecond how fast raises of guarded policies may add to the worst case; infinite for no limit
     * @param staggerNanos how long after a raise of one service's ceiling guarded policies raise no other's
     * @param gateways the levers of gateways
     */
    public record Control(
            long intervalNanos,
            long apiLatencyNanos,
            long gpuLimitLatencyNanos,
            long clockLatencyNanos,
            long brakeLatencyNanos,
            double silentFailures,
            long maxReadingAgeNanos,
            long holdNanos,
            double rampWattsPerSecond,
            long staggerNanos,
            Gateways gateways) {}

    /**
     * How commands reach the gateways before the replicas.
     *
     * @param concurrencyLatencyNanos from a decision until a concurrency limit is in force
     * @param admissionLatencyNanos from a decision until an admission share is in force
     * @param routingLatencyNanos from a decision until a routing weight is in force
     * @param failures share of these commands that never arrive, without an error
     */
    public record Gateways(
            long concurrencyLatencyNanos, long admissionLatencyNanos, long routingLatencyNanos, double failures) {

        /** At once, and always. */
        public static final Gateways PROMPT = new Gateways(0, 0, 0, 0);
    }

    /**
     * How power and load are measured.
     *
     * @param rateWindowNanos window of {@code rate()} over the energy counter
     * @param outages spans in which no scrape succeeds
     */
    public record Telemetry(
            Source source,
            long exporterIntervalNanos,
            long scrapeIntervalNanos,
            long rateWindowNanos,
            List<Outage> outages,
            SensorFaults faults) {

        /** The same with another rate window. */
        public Telemetry withRateWindow(long nanos) {
            return new Telemetry(source, exporterIntervalNanos, scrapeIntervalNanos, nanos, outages, faults);
        }
    }

    /**
     * What is wrong with the sensors and their exporters.
     *
     * @param boardGain half the width of a factor, uniform around 1, that a board's sensor multiplies its power by
     * @param gaugeNoise standard deviation of each reading of a power gauge, as a share of it
     * @param silentBoards share of the boards that have no series
     * @param failedScrapes share of the scrapes of a server's exporter that fail
     * @param restartsNanos when the exporters restart, and energy counters begin at zero again
     */
    public record SensorFaults(
            double boardGain, double gaugeNoise, double silentBoards, double failedScrapes, List<Long> restartsNanos) {

        /** Sensors without fault. */
        public static final SensorFaults NONE = new SensorFaults(0, 0, 0, 0, List.of());
    }

    /** Which series power is read from. */
    public enum Source {
        /** {@code rate()} over an energy counter. */
        ENERGY_COUNTER,
        /** The newest sample of a power gauge. */
        POWER_GAUGE
    }

    /** A span without telemetry. */
    public record Outage(long fromNanos, long nanos) {}

    /**
     * Carbon intensity of the grid over the run.
     *
     * @param format what the file does not say of itself; it has the same signal and scope
     * @param fromNanos where in the trace the run begins
     * @param budgetGramsPerHour what the site may emit, PUE included; NaN where nobody has set anything
     */
    public record Carbon(
            Path file,
            CarbonTrace.Signal signal,
            CarbonTrace.Scope scope,
            Optional<CarbonFormat> format,
            long fromNanos,
            double budgetGramsPerHour,
            CarbonSource seen) {}

    /**
     * How policies see the carbon intensity.
     *
     * @param horizonNanos how far a forecast reaches
     * @param everyNanos from one publication of intensity and forecast to the next
     * @param delayNanos from a publication until policies have it
     */
    public record CarbonSource(Forecast forecast, long horizonNanos, long everyNanos, long delayNanos) {}

    /** Forecasts of carbon intensity. */
    public enum Forecast {
        /** There is none. */
        NONE,
        /** What the trace will hold. */
        PERFECT,
        /** What the trace held a day before. */
        PERSISTENCE,
        /** What the file holds as forecast beside the actual values. */
        PUBLISHED
    }

    /**
     * Price of electricity over the run.
     *
     * @param columns of a file that does not say its zone and currency
     * @param fromNanos where in the trace the run begins
     */
    public record Price(Path file, Optional<PriceTraces.Columns> columns, long fromNanos) {}

    /**
     * A policy to run.
     *
     * @param label how results name it
     * @param name in the registry
     * @param parameters a value for each of its parameters
     */
    public record Policy(String label, String name, Map<String, Double> parameters) {}

    /**
     * How excursions and disturbances are told from 1 s averages, and what policies are compared with.
     *
     * @param bridgeNanos gaps under the cap shorter than this do not end one
     * @param ignoreNanos a stretch over the cap shorter than this, the ripple of a batch, is no disturbance
     * @param comparedWith label of the policy that every other one is compared with, pair by pair of runs; none for no such table
     */
    public record Scoring(long bridgeNanos, long ignoreNanos, Optional<String> comparedWith) {}

    /**
     * What is written of each run.
     *
     * @param detail null for the default of the command
     * @param requestEvery every n-th request goes to {@code requests.csv}; 0 for none
     */
    public record Output(@Nullable Detail detail, long timelineStepNanos, int requestEvery) {}

    /** Which runs get a folder of their own. */
    public enum Detail {
        ALL,
        FIRST_REPLICATION,
        NONE
    }
}
