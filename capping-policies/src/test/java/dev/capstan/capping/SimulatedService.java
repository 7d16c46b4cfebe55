package dev.capstan.capping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service whose parts a test sets one by one; what it does not set is one idle-able 700 W GPU per replica. */
final class SimulatedService {

    final String name;
    String domain = "hall";
    PowerReading power = PowerReading.fresh(0, 0);
    int ready;
    int starting;
    int terminating;

    /** What the autoscaler asks for; -1 for what is there. */
    int desired = -1;

    int ceiling = 20;
    int floor = 1;
    int originalCeiling = 20;
    int priority;
    double weight = 1;
    double peakWatts = 700;
    double idleWatts = 100;
    double startingWatts = 200;
    int gpus = 1;
    double gpuLimitWatts = 700;
    double minGpuLimitWatts = 200;
    double maxGpuLimitWatts = 700;
    double clockMegahertz = 1980;
    int maxClockMegahertz = 1980;
    double wallWattsPerGpuWatt = 1;
    boolean growthFrozen;
    double runningRequests = Double.NaN;

    double waitingRequests = Double.NaN;
    double inputTokensPerSecond = Double.NaN;
    double outputTokensPerSecond = Double.NaN;

    @Nullable ReplicaLaw law;

    @Nullable StepLaw stepLaw;

    LatencyReading latency = LatencyReading.NONE;

    double concurrencyLimit = 256;
    int maxConcurrencyLimit = 256;
    double admissionShare = 1;
    double maxAdmissionShare = 1;

    @Nullable String route;

    boolean sharesByWeight = true;
    double routingWeight = Double.NaN;

    SimulatedService(String name) {
        this.name = name;
    }

    static SimulatedService of(String name, int ready, double watts) {
        SimulatedService service = new SimulatedService(name);
        service.ready = ready;
        service.power = PowerReading.fresh(watts, 0);
        return service;
    }

    /** The higher priority: 2 to 12 replicas of one GPU. */
    static SimulatedService chat() {
        SimulatedService service = new SimulatedService("chat");
        service.floor = 2;
        service.originalCeiling = 12;
        service.ceiling = 12;
        service.priority = 1;
        return service;
    }

    /** 3 to 10 replicas of two GPUs of 100 to 400 W, of which a part of their power is beside the boards. */
    static SimulatedService code() {
        SimulatedService service = new SimulatedService("code");
        service.floor = 3;
        service.originalCeiling = 10;
        service.ceiling = 10;
        service.gpus = 2;
        service.peakWatts = 1000;
        service.idleWatts = 150;
        service.gpuLimitWatts = 400;
        service.minGpuLimitWatts = 100;
        service.maxGpuLimitWatts = 400;
        service.wallWattsPerGpuWatt = 1.1;
        return service;
    }

    /** Boards of 100 to 400 W that are all of the replica's power. */
    SimulatedService with400WattBoards() {
        peakWatts = 400;
        startingWatts = 100;
        gpuLimitWatts = 400;
        minGpuLimitWatts = 100;
        maxGpuLimitWatts = 400;
        return this;
    }

    ReplicaPower replicaPower() {
        return new ReplicaPower(
                peakWatts,
                idleWatts,
                startingWatts,
                gpus,
                gpuLimitWatts,
                minGpuLimitWatts,
                maxGpuLimitWatts,
                clockMegahertz,
                maxClockMegahertz,
                wallWattsPerGpuWatt);
    }

    ServiceReading reading() {
        return new ServiceReading(
                name,
                domain,
                power,
                new ReplicaCounts(
                        ready,
                        starting,
                        terminating,
                        desired < 0 ? ready + starting : desired,
                        ceiling,
                        floor,
                        originalCeiling,
                        growthFrozen),
                replicaPower(),
                law,
                stepLaw,
                new GatewayReading(
                        concurrencyLimit,
                        maxConcurrencyLimit,
                        admissionShare,
                        maxAdmissionShare,
                        route,
                        sharesByWeight,
                        routingWeight),
                latency,
                priority,
                weight,
                runningRequests,
                waitingRequests,
                inputTokensPerSecond,
                outputTokensPerSecond);
    }

    /** Does at once what the decision says; a ceiling of 0 is rejected as KEDA 2.20 does. */
    void apply(Decision decision) {
        for (ServiceAction action : decision.actions()) {
            if (action.service().equals(name)) {
                Integer replicas = action.replicaCeiling();
                if (replicas != null && replicas > 0) {
                    ceiling = replicas;
                    ready = Math.min(ready, ceiling);
                }
                Double limit = action.gpuLimitWatts();
                if (limit != null) {
                    gpuLimitWatts = limit;
                }
                Integer clock = action.clockMegahertz();
                if (clock != null) {
                    clockMegahertz = clock == 0 ? maxClockMegahertz : clock;
                }
                Boolean freeze = action.freezeGrowth();
                growthFrozen = freeze == null ? growthFrozen : freeze;
                Integer sequences = action.concurrencyLimit();
                concurrencyLimit = sequences == null ? concurrencyLimit : sequences;
                Double share = action.admissionShare();
                admissionShare = share == null ? admissionShare : share;
                Double routed = action.routingWeight();
                routingWeight = routed == null ? routingWeight : routed;
            }
        }
    }

    static Observation observe(double seconds, double capWatts, PowerReading root, SimulatedService... services) {
        return observe(seconds, capWatts, 0, root, services);
    }

    static Observation observe(
            double seconds, double capWatts, double overheadWatts, PowerReading root, SimulatedService... services) {
        return observe(seconds, capWatts, overheadWatts, root, CarbonReading.UNKNOWN, null, services);
    }

    static Observation observe(
            double seconds,
            double capWatts,
            double overheadWatts,
            PowerReading root,
            CarbonReading carbon,
            @Nullable CarbonBudget budget,
            SimulatedService... services) {
        DomainReading hall = new DomainReading("hall", null, Double.POSITIVE_INFINITY, root);
        return observe(seconds, capWatts, overheadWatts, List.of(hall), carbon, budget, services);
    }

    static Observation observe(
            double seconds,
            double capWatts,
            double overheadWatts,
            List<DomainReading> domains,
            SimulatedService... services) {
        return observe(seconds, capWatts, overheadWatts, domains, CarbonReading.UNKNOWN, null, services);
    }

    private static Observation observe(
            double seconds,
            double capWatts,
            double overheadWatts,
            List<DomainReading> domains,
            CarbonReading carbon,
            @Nullable CarbonBudget budget,
            SimulatedService... services) {
        return new Observation(
                (long) (seconds * 1e9),
                capWatts,
                null,
                overheadWatts,
                domains,
                List.of(services).stream().map(SimulatedService::reading).toList(),
                carbon,
                budget,
                List.of());
    }

    /** The same with budgets over groups of services. */
    static Observation withBudgets(Observation seen, PowerBudget... budgets) {
        return new Observation(
                seen.nowNanos(),
                seen.capWatts(),
                seen.announcedCap(),
                seen.overheadWatts(),
                seen.domains(),
                seen.services(),
                seen.carbon(),
                seen.carbonBudget(),
                List.of(budgets));
    }

    /** An intensity of this moment, without a forecast. */
    static CarbonReading intensity(double gramsPerKilowattHour) {
        return new CarbonReading(gramsPerKilowattHour, 0, CarbonForecast.NONE);
    }

    /** One step of a policy that forgets its state. */
    static <S extends Record> Decision firstDecision(CappingPolicy<S> policy, Observation seen) {
        return policy.step(policy.initialState(), seen).decision();
    }
}
