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
import dev.capstan.capping.RunningPolicy;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
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
import dev.capstan.sim.serving.RequestRoute;
import dev.capstan.sim.telemetry.PowerMonitor;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
    private final List<ServiceLevers> levers = new ArrayList<>();
    private final double[] domainOverheadWatts;
    private @Nullable RunningPolicy<?> policy;
    private @Nullable SiteSignals signals;
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
        ServiceLevers.Failing failing = new ServiceLevers.Failing(experiment.control(), seed);
        for (int i = 0; i < plants.size(); i++) {
            Experiment.Service spec = experiment.services().get(i);
            ServicePlant plant = plants.get(i);
            ServiceAutoscaler autoscaler = new ServiceAutoscaler(kernel, monitor, i, plant.deployment(), spec, seed);
            autoscalers.add(autoscaler);
            levers.add(new ServiceLevers(
                    kernel, experiment.control(), plant, autoscaler, spec.lockedMegahertz(), failing));
        }
        domainOverheadWatts = new double[power.size()];
    }

    /**
     * Runs a policy from a random phase of its interval on.
     *
     * @param told what the policy knows beside telemetry
     */
    public void run(CappingPolicy<?> capping, SiteSignals told, long seed) {
        policy = RunningPolicy.of(capping);
        signals = told;
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
        if (policy == null || signals == null) {
            throw new IllegalStateException("the control loop has no policy");
        }
        Observation seen = observe(now, signals);
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
            ServiceLevers service = levers.get(indexOf(action.service()));
            Integer ceiling = action.replicaCeiling();
            if (ceiling != null && service.refuses(ceiling)) {
                listener.refused(now, action.service(), ceiling);
                break;
            }
            if (service.write(action)) {
                written.add(action);
            }
        }
        return written;
    }

    private int indexOf(String service) {
        for (int i = 0; i < experiment.services().size(); i++) {
            if (experiment.services().get(i).name().equals(service)) {
                return i;
            }
        }
        throw new IllegalStateException("the policy acts on a service that it was never shown: " + service);
    }

    private Observation observe(long now, SiteSignals told) {
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
                told.carbonBudget(),
                experiment.budgets());
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
        Optional<Experiment.Route> route =
                experiment.routeOf(experiment.services().get(service).name());
        return owners == 0
                ? GatewayReading.NONE
                : new GatewayReading(
                        monitor.concurrencyLimit(service),
                        owners,
                        monitor.admissionShare(service),
                        1,
                        route.map(Experiment.Route::name).orElse(null),
                        route.filter(its -> its.choice() == RequestRoute.Choice.WEIGHTED)
                                .isPresent(),
                        monitor.routingWeight(service));
    }

    private LatencyReading latency(int service, Experiment.Service spec) {
        if (policy != null && policy.readsLatencies()) {
            monitor.queryLatencies(service);
        }
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
}
