package dev.capstan.sim.control;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Decision;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaLaw;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.telemetry.PowerMonitor;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operator around a policy: at each interval it queries telemetry, lets the policy decide and writes what it decided
 * to the levers, each with its latency; commands to GPUs and to gateways may fail silently, for a whole service at once.
 * It also carries the autoscalers, whose ceilings and growth are two of the levers.
 */
public final class ControlLoop {

    /** What happened at the loop, for the decision log. */
    public interface Listener {

        /**
         * A step of the policy.
         *
         * @param applied the actions that were written
         */
        void decided(long nowNanos, Decision decision, List<ServiceAction> applied, PowerReading sensed);

        /** A write that the API server refused. */
        void refused(long nowNanos, String service, int ceiling);
    }

    private final Kernel kernel;
    private final Experiment experiment;
    private final PowerDomains power;
    private final Servers servers;
    private final List<ServicePlant> plants;
    private final PowerMonitor monitor;
    private final Listener listener;
    private final List<ServiceAutoscaler> autoscalers = new ArrayList<>();
    private final int[] requestedCeilings;
    private final boolean[] requestedFreezes;
    private final double[] requestedLimits;
    private final int[] requestedClocks;
    private final int[] requestedConcurrency;
    private final double[] requestedAdmission;
    private final double[] requestedWeights;
    /** The newest clock command of each service: an older one that has not landed yet never will. */
    private final long[] clockCommands;

    private final int[] ceilingHandlers;
    private final int[] freezeHandlers;
    private final int[] limitHandlers;
    private final int[] clockHandlers;
    private final int[] concurrencyHandlers;
    private final int[] admissionHandlers;
    private final int[] routingHandlers;
    private final RandomStream failures;
    private final RandomStream gatewayFailures;
    private final double[] domainOverheadWatts;
    private @Nullable Stepper<?> policy;
    private @Nullable Briefing briefing;
    private int steps;
    private double sensedWatts = Double.NaN;

    /** Sets the autoscalers going; {@link #run} adds a policy. */
    public ControlLoop(
            Kernel kernel,
            Experiment experiment,
            PowerDomains power,
            Servers servers,
            List<ServicePlant> plants,
            PowerMonitor monitor,
            long seed,
            Listener listener) {
        this.kernel = kernel;
        this.experiment = experiment;
        this.power = power;
        this.servers = servers;
        this.plants = plants;
        this.monitor = monitor;
        this.listener = listener;
        int count = plants.size();
        requestedCeilings = new int[count];
        requestedFreezes = new boolean[count];
        requestedLimits = new double[count];
        requestedClocks = new int[count];
        requestedConcurrency = new int[count];
        requestedAdmission = new double[count];
        requestedWeights = new double[count];
        clockCommands = new long[count];
        ceilingHandlers = new int[count];
        freezeHandlers = new int[count];
        limitHandlers = new int[count];
        clockHandlers = new int[count];
        concurrencyHandlers = new int[count];
        admissionHandlers = new int[count];
        routingHandlers = new int[count];
        failures = RandomStream.named(seed, "silent-failures");
        gatewayFailures = RandomStream.named(seed, "gateway-failures");
        for (int i = 0; i < count; i++) {
            Experiment.Service spec = experiment.services().get(i);
            ServicePlant plant = plants.get(i);
            ServiceAutoscaler autoscaler = new ServiceAutoscaler(kernel, monitor, i, plant.deployment(), spec, seed);
            autoscalers.add(autoscaler);
            requestedCeilings[i] = autoscaler.ceiling();
            requestedLimits[i] = plant.gpuLimitWatts();
            requestedClocks[i] = plant.clockMegahertz();
            requestedConcurrency[i] = plant.concurrencyLimit();
            requestedAdmission[i] = plant.admissionShare();
            requestedWeights[i] = plant.routingWeight();
            ceilingHandlers[i] = kernel.register(ceiling -> autoscaler.setCeiling((int) ceiling));
            freezeHandlers[i] = kernel.register(frozen -> autoscaler.freezeGrowth(frozen == 1));
            limitHandlers[i] = kernel.register(bits -> plant.limitGpus(Double.longBitsToDouble(bits)));
            concurrencyHandlers[i] = kernel.register(sequences -> plant.limitConcurrency((int) sequences));
            admissionHandlers[i] = kernel.register(bits -> plant.admit(Double.longBitsToDouble(bits)));
            routingHandlers[i] = kernel.register(bits -> plant.weigh(Double.longBitsToDouble(bits)));
            int service = i;
            clockHandlers[i] = kernel.register(command -> {
                if (command == clockCommands[service]) {
                    plant.lockClock(requestedClocks[service]);
                }
            });
        }
        domainOverheadWatts = new double[power.size()];
    }

    /**
     * Runs a policy from a random phase of its interval on.
     *
     * @param told what the policy knows beside telemetry
     */
    public void run(CappingPolicy<?> capping, Briefing told, long seed) {
        policy = Stepper.of(capping);
        briefing = told;
        long interval = experiment.control().intervalNanos();
        steps = kernel.register(ignored -> step());
        long phase = (long) (RandomStream.named(seed, "operator").nextDouble() * interval);
        kernel.schedule(phase, Priority.CONTROL, steps, 0);
    }

    /** What the autoscaler of a service wants. */
    public int desired(int service) {
        return autoscalers.get(service).desired();
    }

    /** The replica ceiling of a service in force. */
    public int ceiling(int service) {
        return autoscalers.get(service).ceiling();
    }

    /** Whether the autoscaler of a service may not add replicas. */
    public boolean growthFrozen(int service) {
        return autoscalers.get(service).growthFrozen();
    }

    /** Worst case of the root domain with every service at the lowest ceiling that may be written. */
    public double floorWatts() {
        double watts = servers.overheadWatts();
        for (int i = 0; i < plants.size(); i++) {
            int lowest = Math.max(1, experiment.services().get(i).minReplicas());
            watts += lowest * replicaPower(i).worstCaseWatts();
        }
        return watts;
    }

    /** Power of the root domain as the policy saw it last; NaN before the first step and where it saw nothing. */
    public double sensedWatts() {
        return sensedWatts;
    }

    private void step() {
        long now = kernel.nowNanos();
        if (policy == null || briefing == null) {
            throw new IllegalStateException("the control loop has no policy");
        }
        Observation seen = observe(now, briefing);
        PowerReading root = seen.rootPower();
        sensedWatts = root.watts();
        Decision decision = policy.step(seen);
        listener.decided(now, decision, write(decision, now), root);
        kernel.schedule(now + experiment.control().intervalNanos(), Priority.CONTROL, steps, 0);
    }

    /** Writes in the order of the decision; a refused write ends the step, as it ends the loop of a real operator. */
    private List<ServiceAction> write(Decision decision, long now) {
        List<ServiceAction> written = new ArrayList<>();
        for (ServiceAction action : decision.actions()) {
            int service = indexOf(action.service());
            boolean changes = false;
            Integer ceiling = action.replicaCeiling();
            if (ceiling != null && ceiling != requestedCeilings[service]) {
                if (!autoscalers.get(service).accepts(ceiling)) {
                    listener.refused(now, action.service(), ceiling);
                    break;
                }
                requestedCeilings[service] = ceiling;
                long at = now + experiment.control().apiLatencyNanos();
                kernel.schedule(at, Priority.ACTUATION, ceilingHandlers[service], ceiling);
                changes = true;
            }
            Boolean frozen = action.freezeGrowth();
            if (frozen != null && frozen != requestedFreezes[service]) {
                requestedFreezes[service] = frozen;
                long at = now + experiment.control().apiLatencyNanos();
                kernel.schedule(at, Priority.ACTUATION, freezeHandlers[service], frozen ? 1 : 0);
                changes = true;
            }
            Double limit = action.gpuLimitWatts();
            if (limit != null && limit != requestedLimits[service]) {
                if (arrives()) {
                    requestedLimits[service] = limit;
                    long at = now + experiment.control().gpuLimitLatencyNanos();
                    kernel.schedule(at, Priority.ACTUATION, limitHandlers[service], Double.doubleToLongBits(limit));
                }
                changes = true;
            }
            Integer wished = action.clockMegahertz();
            int clock = wished == null
                    ? requestedClocks[service]
                    : wished == 0 ? experiment.services().get(service).lockedMegahertz() : wished;
            if (clock != requestedClocks[service]) {
                if (arrives()) {
                    requestedClocks[service] = clock;
                    Experiment.Control control = experiment.control();
                    long at = now + (action.urgent() ? control.brakeLatencyNanos() : control.clockLatencyNanos());
                    kernel.schedule(at, Priority.ACTUATION, clockHandlers[service], ++clockCommands[service]);
                }
                changes = true;
            }
            changes |= tellGateway(service, action, now);
            if (changes) {
                written.add(action);
            }
        }
        return written;
    }

    /** Writes the levers of the gateway before a service; false where they stay as they are. */
    private boolean tellGateway(int service, ServiceAction action, long now) {
        if (plants.get(service).maxConcurrency() == 0) {
            return false;
        }
        Experiment.Gateways gateways = experiment.control().gateways();
        boolean changes = false;
        Integer sequences = action.concurrencyLimit();
        if (sequences != null && sequences != requestedConcurrency[service]) {
            if (reachesGateway(gateways)) {
                requestedConcurrency[service] = sequences;
                long at = now + gateways.concurrencyLatencyNanos();
                kernel.schedule(at, Priority.ACTUATION, concurrencyHandlers[service], sequences);
            }
            changes = true;
        }
        Double share = action.admissionShare();
        if (share != null && share != requestedAdmission[service]) {
            if (reachesGateway(gateways)) {
                requestedAdmission[service] = share;
                long at = now + gateways.admissionLatencyNanos();
                kernel.schedule(at, Priority.ACTUATION, admissionHandlers[service], Double.doubleToLongBits(share));
            }
            changes = true;
        }
        Double weight = action.routingWeight();
        // NaN where the service is no pool of a route.
        if (weight != null && Math.abs(weight - requestedWeights[service]) > 0) {
            if (reachesGateway(gateways)) {
                requestedWeights[service] = weight;
                long at = now + gateways.routingLatencyNanos();
                kernel.schedule(at, Priority.ACTUATION, routingHandlers[service], Double.doubleToLongBits(weight));
            }
            changes = true;
        }
        return changes;
    }

    private boolean reachesGateway(Experiment.Gateways gateways) {
        return gateways.failures() == 0 || gatewayFailures.nextDouble() >= gateways.failures();
    }

    /** Whether a command to GPUs arrives. One that does not leaves no trace but in what is read back later. */
    private boolean arrives() {
        double share = experiment.control().silentFailures();
        return share == 0 || failures.nextDouble() >= share;
    }

    private int indexOf(String service) {
        for (int i = 0; i < experiment.services().size(); i++) {
            if (experiment.services().get(i).name().equals(service)) {
                return i;
            }
        }
        throw new IllegalStateException("the policy acts on a service that it was never shown: " + service);
    }

    private Observation observe(long now, Briefing told) {
        monitor.query();
        List<ServiceReading> services = new ArrayList<>();
        Quality worst = Quality.FRESH;
        long oldest = 0;
        for (int i = 0; i < plants.size(); i++) {
            ServiceReading reading = serviceReading(i);
            services.add(reading);
            if (reading.power().quality().compareTo(worst) > 0) {
                worst = reading.power().quality();
            }
            oldest = Math.max(oldest, reading.power().ageNanos());
        }
        Arrays.fill(domainOverheadWatts, 0);
        for (int domain = power.size() - 1; domain >= 0; domain--) {
            domainOverheadWatts[domain] += servers.overheadWatts(domain);
            if (domain > 0) {
                domainOverheadWatts[power.parent(domain)] += domainOverheadWatts[domain];
            }
        }
        List<DomainReading> domains = new ArrayList<>();
        for (int domain = 0; domain < power.size(); domain++) {
            double watts = domainOverheadWatts[domain] + monitor.domainWatts(domain);
            PowerReading reading =
                    worst == Quality.ABSENT ? PowerReading.absent() : new PowerReading(watts, oldest, worst);
            int parent = power.parent(domain);
            double limit = domain == 0 ? told.capWatts() : power.domain(domain).limitWatts();
            domains.add(new DomainReading(
                    power.domain(domain).name(),
                    parent < 0 ? null : power.domain(parent).name(),
                    limit,
                    reading));
        }
        return new Observation(
                now,
                told.capWatts(),
                told.announcedCap(now),
                servers.overheadWatts(),
                domains,
                services,
                told.carbon(now),
                told.carbonBudget());
    }

    private ServiceReading serviceReading(int index) {
        Experiment.Service spec = experiment.services().get(index);
        ServicePlant plant = plants.get(index);
        Deployment deployment = plant.deployment();
        int ready = deployment.count(Pod.Phase.READY);
        int starting = deployment.count(Pod.Phase.STARTING);
        int terminating = deployment.count(Pod.Phase.TERMINATING);
        ReplicaCounts replicas = new ReplicaCounts(
                ready,
                starting,
                terminating,
                desired(index),
                ceiling(index),
                spec.minReplicas(),
                spec.maxReplicas(),
                growthFrozen(index));
        return new ServiceReading(
                spec.name(),
                power.domain(0).name(),
                reading(index, ready, replicas.present()),
                replicas,
                replicaPower(index),
                replicaLaw(spec.model()),
                spec.model().stepLaw(),
                gateway(index),
                latency(index, spec),
                spec.priority(),
                spec.weight(),
                monitor.running(index),
                monitor.waiting(index),
                monitor.inputTokensPerSecond(index),
                monitor.outputTokensPerSecond(index));
    }

    /** A service without a pod is known to draw nothing; with pods, an empty answer is no telemetry. */
    private PowerReading reading(int service, int ready, int present) {
        int answered = monitor.serviceBoards(service);
        if (answered == 0) {
            return present == 0 ? PowerReading.fresh(0, 0) : PowerReading.absent();
        }
        int expected = ready * plants.get(service).deployment().gpus();
        Quality quality = answered < expected ? Quality.PARTIAL : Quality.FRESH;
        return new PowerReading(monitor.serviceWatts(service), monitor.serviceAgeNanos(service), quality);
    }

    private GatewayReading gateway(int service) {
        int owners = plants.get(service).maxConcurrency();
        return owners == 0
                ? GatewayReading.NONE
                : new GatewayReading(
                        monitor.concurrencyLimit(service),
                        owners,
                        monitor.admissionShare(service),
                        1,
                        experiment
                                .routeOf(experiment.services().get(service).name())
                                .map(Experiment.Route::name)
                                .orElse(null),
                        monitor.routingWeight(service));
    }

    private LatencyReading latency(int service, Experiment.Service spec) {
        return new LatencyReading(
                monitor.ttftSeconds(service, 0.99),
                monitor.meanTpotSeconds(service),
                monitor.tpotSeconds(service, 0.95),
                monitor.tpotSeconds(service, 0.99),
                monitor.requestsPerSecond(service),
                spec.ttftSloSeconds(),
                spec.tpotSloSeconds());
    }

    /** The law of the profile, at the wall. */
    private @Nullable ReplicaLaw replicaLaw(ModelProfile model) {
        ReplicaLaw boards = model.decodeLaw();
        return boards == null
                ? null
                : new ReplicaLaw(
                        boards.alphaSeconds(),
                        boards.betaSeconds(),
                        Math.max(0, servers.activeWatts(boards.fixedWatts(), model.gpus())),
                        boards.joulesPerToken() * experiment.cluster().wallWattsPerGpuWatt());
    }

    private ReplicaPower replicaPower(int service) {
        Experiment.Service spec = experiment.services().get(service);
        ServicePlant plant = plants.get(service);
        ModelProfile model = spec.model();
        int gpus = model.gpus();
        double startingGpuWatts = 0;
        for (StartupPhase phase : spec.startup()) {
            startingGpuWatts = Math.max(startingGpuWatts, phase.gpuWatts());
        }
        double locked = monitor.lockedMegahertz(service);
        return new ReplicaPower(
                servers.activeWatts(model.peakWatts(), gpus),
                Math.max(0, servers.activeWatts(gpus * model.idleGpuWatts(), gpus)),
                Math.max(0, servers.activeWatts(gpus * startingGpuWatts, gpus)),
                gpus,
                plant.gpuLimitWatts(),
                model.minGpuLimitWatts(),
                model.tdpGpuWatts(),
                locked == 0 ? model.maxClockMegahertz() : locked,
                spec.lockedMegahertz() == 0 ? model.maxClockMegahertz() : spec.lockedMegahertz(),
                experiment.cluster().wallWattsPerGpuWatt());
    }

    /** A policy together with its state. */
    private static final class Stepper<S extends Record> {

        private final CappingPolicy<S> policy;
        private S state;

        private Stepper(CappingPolicy<S> policy) {
            this.policy = policy;
            state = policy.initialState();
        }

        static <S extends Record> Stepper<S> of(CappingPolicy<S> policy) {
            return new Stepper<>(policy);
        }

        Decision step(Observation seen) {
            Step<S> step = policy.step(state, seen);
            state = step.state();
            return step.decision();
        }
    }
}
