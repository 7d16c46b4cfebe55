package dev.capstan.sim.run;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.cluster.Breakers;
import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.Failures;
import dev.capstan.sim.cluster.GpuFailures;
import dev.capstan.sim.cluster.Outages;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.control.ControlLoop;
import dev.capstan.sim.control.SiteSignals;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.GroupPower;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.MeteredService;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.RequestRoute;
import dev.capstan.sim.serving.RequestService;
import dev.capstan.sim.telemetry.ExporterClock;
import dev.capstan.sim.telemetry.PowerMonitor;
import dev.capstan.sim.telemetry.ScrapeLoop;
import dev.capstan.sim.telemetry.Sensors;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a plant under load, the autoscalers, telemetry and, but for a reference run, a policy; scored on true power.
 * A function of its inputs: the same experiment, loads and seed give the same result, bit by bit.
 */
public final class SimulationRun {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Experiment experiment;
    private final long seed;
    private final CheckLevel checks;
    private final long endNanos;
    private final int seconds;
    private final Kernel kernel = new Kernel();
    private final PowerDomains power;
    private final GroupPower budgets;
    private final Servers servers;
    private final List<ServicePlant> plants = new ArrayList<>();
    private final List<RequestRoute> routes = new ArrayList<>();
    private final ControlLoop control;
    private final RunLog log;
    private double capWatts;

    private SimulationRun(
            Experiment experiment,
            List<Load> loads,
            long seed,
            CheckLevel checks,
            @Nullable CappingPolicy<?> policy,
            boolean detailed) {
        this.experiment = experiment;
        this.seed = seed;
        this.checks = checks;
        boolean capped = policy != null;
        long duration = experiment.durationNanos();
        if (duration == 0) {
            for (Load load : loads) {
                duration = Math.max(duration, load.spanNanos() - experiment.warmupNanos());
            }
            // A last request that arrives with the end of its trace shall be served.
            duration = (duration / SECOND_NANOS + 1) * SECOND_NANOS;
        }
        endNanos = experiment.warmupNanos() + duration;
        seconds = (int) (endNanos / SECOND_NANOS);
        log = new RunLog(detailed, seconds, this::cappedNow);

        List<PowerDomains.Domain> domains = new ArrayList<>();
        int[] serversOfDomain = new int[experiment.cluster().domains().size()];
        int[] parents = new int[serversOfDomain.length];
        for (int i = 0; i < serversOfDomain.length; i++) {
            Experiment.Domain domain = experiment.cluster().domains().get(i);
            serversOfDomain[i] = domain.servers();
            parents[i] = domain.parent();
            double limit = i == 0 && capped ? experiment.cap().watts() : domain.limitWatts();
            domains.add(new PowerDomains.Domain(
                    domain.name(),
                    domain.parent(),
                    limit,
                    capped ? domain.breakerRatingWatts() : Double.POSITIVE_INFINITY,
                    domain.breakerCoolingSeconds()));
        }
        power = new PowerDomains(domains, seconds);
        budgets = new GroupPower(
                experiment.budgets().stream()
                        .mapToDouble(PowerBudget::limitWatts)
                        .toArray(),
                seconds);
        servers = new Servers(
                serversOfDomain,
                experiment.cluster().gpusPerServer(),
                experiment.cluster().serverBaseWatts(),
                experiment.cluster().wallWattsPerGpuWatt(),
                experiment.cluster().unallocatedGpuWatts(),
                power);
        if (experiment.cluster().boardSpread() > 0) {
            servers.spreadBoards(experiment.cluster().boardSpread(), RandomStream.named(seed, "boards"));
        }
        Demand demand = new Demand(power.meter(0));
        for (int i = 0; i < loads.size(); i++) {
            Experiment.Service spec = experiment.services().get(i);
            ServicePlant plant = plant(spec, loads.get(i), demand, capped);
            plant.lockClock(spec.lockedMegahertz());
            if (spec.imagePullNanos() > 0) {
                plant.deployment().pullImages(spec.imagePullNanos());
            }
            int[] covering = IntStream.range(0, budgets.size())
                    .filter(budget ->
                            experiment.budgets().get(budget).services().contains(spec.name()))
                    .toArray();
            plant.deployment().countIn(budgets, covering);
            if (plant instanceof RequestService service && policy != null && policy.readsLatencies()) {
                service.exposeLatencies();
            }
            plants.add(plant);
        }
        experiment.routes().forEach(this::open);
        List<Deployment> deployments =
                plants.stream().map(ServicePlant::deployment).toList();
        Outages outages = new Outages(
                kernel, servers, deployments, experiment.cluster().failing().evictionNanos());
        fail(outages, deployments);
        watchBreakers(outages);
        PowerMonitor monitor = new PowerMonitor(
                kernel, telemetry(), plants, experiment.cluster().servers(), parents);
        control = new ControlLoop(kernel, experiment, power, servers, plants, monitor, seed, log);
        capWatts = experiment.cap().watts();
    }

    /**
     * The power of the root domain without any capping, as 1 s averages from the start of the run: what demand would have
     * drawn.
     */
    public static double[] reference(Experiment experiment, List<Load> loads, long seed) {
        SimulationRun run = new SimulationRun(experiment, loads, seed, CheckLevel.NONE, null, false);
        run.play();
        return run.power.meter(0).means().toArray();
    }

    /**
     * Runs a policy.
     *
     * @param loads of the services, in their order
     * @param grid carbon intensity and prices, where known
     * @param reference gives {@link #reference} of the same experiment, loads and seed; asked for once the run is over,
     *     so that another thread can work it out meanwhile
     * @param detailed whether to keep the course of the run
     * @throws InvariantViolation if {@code checks} finds a fault of the engine
     */
    public static RunResult run(
            Experiment experiment,
            CappingPolicy<?> policy,
            List<Load> loads,
            Grid grid,
            Supplier<double[]> reference,
            long seed,
            CheckLevel checks,
            boolean detailed) {
        SimulationRun run = new SimulationRun(experiment, loads, seed, checks, policy, detailed);
        CarbonBudget budget = budget(experiment);
        CapCourse cap =
                new CapCourse(experiment, grid.carbon().orElse(null), budget, run.control.floorWatts(), run.endNanos);
        run.control.run(policy, run.signals(cap, budget, grid), seed);
        run.scheduleCapChanges(cap);
        run.play();
        return run.score(grid, cap, reference.get());
    }

    /** A reference run has no breakers: it stands for what demand would draw. */
    private void watchBreakers(Outages outages) {
        long[] resets = new long[power.size()];
        boolean any = false;
        for (int i = 0; i < resets.length; i++) {
            resets[i] = experiment.cluster().domains().get(i).breakerResetNanos();
            any |= power.meter(i).hasBreaker();
        }
        if (any) {
            Breakers.watch(
                    kernel,
                    power,
                    servers,
                    outages,
                    resets,
                    (now, domain, tripped, below) -> log.event(
                            now,
                            tripped ? "breaker-tripped" : "breaker-reset",
                            power.domain(domain).name(),
                            below + " servers"));
        }
    }

    private void fail(Outages outages, List<Deployment> deployments) {
        Experiment.Failing failing = experiment.cluster().failing();
        Failures.schedule(
                kernel,
                servers,
                outages,
                planned(failing.servers()),
                atRandom(failing.servers()),
                RandomStream.named(seed, "failures"),
                (now, server, failed) ->
                        log.event(now, failed ? "server-failed" : "server-repaired", "server-" + server, ""));
        GpuFailures.schedule(
                kernel,
                servers,
                deployments,
                planned(failing.gpus()),
                atRandom(failing.gpus()),
                RandomStream.named(seed, "gpu-failures"),
                (now, server, gpu, failed) ->
                        log.event(now, failed ? "gpu-failed" : "gpu-repaired", "server-" + server + "/gpu-" + gpu, ""));
    }

    private static List<Failures.Planned> planned(Experiment.Failures failures) {
        return failures.planned().stream()
                .map(one -> new Failures.Planned(one.atNanos(), one.lastingNanos(), one.domain(), one.count()))
                .toList();
    }

    private static Failures.Random atRandom(Experiment.Failures failures) {
        return new Failures.Random(failures.meanSeconds(), failures.repairNanos());
    }

    /** @param timed whether the times of requests matter */
    private ServicePlant plant(Experiment.Service spec, Load load, Demand demand, boolean timed) {
        RandomStream startup = RandomStream.named(seed, "startup." + spec.name());
        if (load instanceof Load.Requests requests) {
            return new RequestService(
                    kernel,
                    power,
                    servers,
                    demand,
                    spec.model(),
                    spec.startup(),
                    spec.startupJitter(),
                    spec.graceNanos(),
                    startup,
                    requests.trace(),
                    spec.serving(),
                    timed);
        }
        Workload.PowerDemand demanded = (Workload.PowerDemand) spec.workload();
        return new MeteredService(
                kernel,
                power,
                servers,
                demand,
                spec.model(),
                spec.startup(),
                spec.startupJitter(),
                spec.graceNanos(),
                startup,
                ((Load.Power) load).trace(),
                demanded.scale(),
                demanded.subtractWatts(),
                demanded.unserved() == Workload.Unserved.DEFER);
    }

    private void open(Experiment.Route route) {
        List<RequestService> pools = new ArrayList<>();
        for (Experiment.Pool pool : route.pools()) {
            for (int i = 0; i < plants.size(); i++) {
                if (experiment.services().get(i).name().equals(pool.service())
                        && plants.get(i) instanceof RequestService service) {
                    pools.add(service);
                }
            }
        }
        routes.add(new RequestRoute(kernel, pools, route.choice()));
        for (int i = 0; i < pools.size(); i++) {
            pools.get(i).weigh(route.pools().get(i).weight());
        }
    }

    private PowerMonitor.Settings telemetry() {
        Experiment.Telemetry settings = experiment.telemetry();
        RandomStream phases = RandomStream.named(seed, "telemetry");
        ExporterClock exporter = new ExporterClock(
                settings.exporterIntervalNanos(), (long) (phases.nextDouble() * settings.exporterIntervalNanos()));
        ScrapeLoop scrapes = new ScrapeLoop(
                settings.scrapeIntervalNanos(), (long) (phases.nextDouble() * settings.scrapeIntervalNanos()));
        long[] from = settings.outages().stream()
                .mapToLong(Experiment.Outage::fromNanos)
                .toArray();
        long[] to = settings.outages().stream()
                .mapToLong(outage -> outage.fromNanos() + outage.nanos())
                .toArray();
        PowerMonitor.Source source = settings.source() == Experiment.Source.ENERGY_COUNTER
                ? PowerMonitor.Source.ENERGY_COUNTER
                : PowerMonitor.Source.POWER_GAUGE;
        Experiment.SensorFaults faults = settings.faults();
        Sensors sensors = new Sensors(
                faults.boardGain(), faults.gaugeNoise(), faults.silentBoards(), faults.failedScrapes(), seed);
        long[] restarts =
                faults.restartsNanos().stream().mapToLong(Long::longValue).toArray();
        return new PowerMonitor.Settings(
                source, exporter, scrapes, settings.rateWindowNanos(), from, to, sensors, restarts);
    }

    private static @Nullable CarbonBudget budget(Experiment experiment) {
        double grams =
                experiment.carbon().map(Experiment.Carbon::budgetGramsPerHour).orElse(Double.NaN);
        return Double.isNaN(grams)
                ? null
                : new CarbonBudget(grams, experiment.cluster().pue());
    }

    private SiteSignals signals(CapCourse cap, @Nullable CarbonBudget budget, Grid grid) {
        CarbonFeed feed = experiment
                .carbon()
                .filter(carbon -> grid.carbon().isPresent())
                .map(carbon -> new CarbonFeed(
                        grid.carbon().orElseThrow(),
                        grid.carbonForecast().orElse(null),
                        carbon.seen(),
                        carbon.fromNanos()))
                .orElse(null);
        return new SiteSignals() {
            @Override
            public double capWatts() {
                return capWatts;
            }

            @Override
            public @Nullable AnnouncedCap announcedCap(long nowNanos) {
                return cap.announced(nowNanos, carbon(nowNanos).forecast());
            }

            @Override
            public CarbonReading carbon(long nowNanos) {
                return feed == null ? CarbonReading.UNKNOWN : feed.at(nowNanos);
            }

            @Override
            public @Nullable CarbonBudget carbonBudget() {
                return budget;
            }
        };
    }

    private double[] capOfSecond(CapCourse cap) {
        double[] caps = new double[seconds];
        Arrays.fill(caps, experiment.cap().watts());
        for (CapCourse.Change change : cap.changes()) {
            int from = (int) Math.min(seconds, change.atNanos() / SECOND_NANOS);
            Arrays.fill(caps, from, seconds, change.watts());
        }
        return caps;
    }

    private void scheduleCapChanges(CapCourse cap) {
        int handler = kernel.register(index -> {
            CapCourse.Change change = cap.changes().get((int) index);
            String root = power.domain(0).name();
            capWatts = change.watts();
            power.meter(0).limit(capWatts, kernel.nowNanos());
            log.event(kernel.nowNanos(), "cap-changed", root, capWatts + " W");
            if (change.carbonWatts() < cap.floorWatts()) {
                log.event(
                        kernel.nowNanos(),
                        "carbon-budget-infeasible",
                        root,
                        "allows " + change.carbonWatts() + " W, the floors need " + cap.floorWatts() + " W");
            }
        });
        for (int i = 0; i < cap.changes().size(); i++) {
            kernel.schedule(cap.changes().get(i).atNanos(), Priority.CAP, handler, i);
        }
    }

    private void countReplicas() {
        int ready = 0;
        int starting = 0;
        int terminating = 0;
        for (ServicePlant plant : plants) {
            ready += plant.deployment().count(Pod.Phase.READY);
            starting += plant.deployment().count(Pod.Phase.STARTING);
            terminating += plant.deployment().count(Pod.Phase.TERMINATING);
        }
        log.replicas(kernel.nowNanos(), ready, starting, terminating);
    }

    private void play() {
        if (log.isDetailed()) {
            plants.forEach(plant -> plant.deployment().whenCountsChange(this::countReplicas));
        }
        for (int i = 0; i < plants.size(); i++) {
            plants.get(i).deployment().begin(experiment.services().get(i).initialReplicas());
        }
        if (checks == CheckLevel.FULL) {
            kernel.checkAfterEvents(this::check);
        }
        if (log.isDetailed()) {
            scheduleSamples();
        }
        kernel.runUntil(experiment.warmupNanos());
        for (int domain = 0; domain < power.size(); domain++) {
            power.meter(domain).startScoring(kernel.nowNanos());
        }
        budgets.startScoring(kernel.nowNanos());
        for (ServicePlant plant : plants) {
            plant.deployment().startScoring();
            if (plant instanceof RequestService service) {
                service.startScoring();
            }
        }
        log.startScoring(kernel.nowNanos());
        kernel.runUntil(endNanos);
        power.settle(endNanos);
        budgets.settle(endNanos);
        log.end(endNanos);
        if (checks != CheckLevel.NONE) {
            check();
            checkEnergy();
        }
    }

    private boolean cappedNow() {
        for (int i = 0; i < plants.size(); i++) {
            Experiment.Service spec = experiment.services().get(i);
            ModelProfile model = spec.model();
            ServicePlant plant = plants.get(i);
            if (control.ceiling(i) < spec.maxReplicas()
                    || control.growthFrozen(i)
                    || plant.gpuLimitWatts() < model.tdpGpuWatts()
                    || plant.concurrencyLimit() < plant.maxConcurrency()
                    || plant.admissionShare() < 1
                    || model.clockShare(plant.clockMegahertz()) < model.clockShare(spec.lockedMegahertz())) {
                return true;
            }
        }
        return false;
    }

    private void scheduleSamples() {
        long step = experiment.output().timelineStepNanos();
        int[] handler = new int[1];
        handler[0] = kernel.register(ignored -> {
            log.sample(sample());
            kernel.schedule(kernel.nowNanos() + step, Priority.RECORD, handler[0], 0);
        });
        kernel.schedule(step, Priority.RECORD, handler[0], 0);
    }

    private RunResult.Sample sample() {
        power.settle(kernel.nowNanos());
        double[] heat = new double[power.size()];
        for (int i = 0; i < heat.length; i++) {
            heat[i] = power.meter(i).heat();
        }
        budgets.settle(kernel.nowNanos());
        double[] over = new double[budgets.size()];
        Arrays.setAll(over, i -> budgets.meter(i).overLimitSeconds());
        List<RunResult.ServiceSample> services = new ArrayList<>();
        for (int i = 0; i < plants.size(); i++) {
            ServicePlant plant = plants.get(i);
            Deployment deployment = plant.deployment();
            double watts = 0;
            for (Pod pod : deployment.pods()) {
                watts += pod.activeWatts();
            }
            services.add(new RunResult.ServiceSample(
                    deployment.count(Pod.Phase.READY),
                    deployment.count(Pod.Phase.STARTING),
                    deployment.count(Pod.Phase.TERMINATING),
                    control.desired(i),
                    control.ceiling(i),
                    plant.gpuLimitWatts(),
                    plant.clockMegahertz(),
                    control.growthFrozen(i),
                    plant.concurrencyLimit(),
                    plant.admissionShare(),
                    plant.routingWeight(),
                    plant.running(),
                    plant.waiting(),
                    watts));
        }
        return new RunResult.Sample(kernel.nowNanos(), control.sensedWatts(), heat, over, services);
    }

    private void check() {
        power.check(kernel.nowNanos());
        for (ServicePlant plant : plants) {
            plant.check();
        }
        routes.forEach(RequestRoute::check);
    }

    /** Invariant 7: the energy of the root is that of the empty servers and of every pod there ever was. */
    private void checkEnergy() {
        double expected = servers.overheadJoules(endNanos);
        for (ServicePlant plant : plants) {
            expected += plant.deployment().activeJoules(endNanos);
        }
        double measured = 0;
        for (double mean : power.meter(0).means().toArray()) {
            measured += mean;
        }
        if (endNanos % SECOND_NANOS == 0 && Math.abs(measured - expected) > 1e-9 * Math.max(1, Math.abs(expected))) {
            throw new InvariantViolation(
                    7, endNanos, "the root domain used " + measured + " J, its servers and pods " + expected + " J");
        }
    }

    private RunResult score(Grid grid, CapCourse cap, double[] reference) {
        double[] capOfSecond = capOfSecond(cap);
        RunScore score = new RunScore(experiment, endNanos, capOfSecond, power, log);
        List<Disturbance> disturbances = score.judge(reference);
        grid.carbon().ifPresent(trace -> score.carbon(trace, cap.floorWatts()));
        grid.price().ifPresent(score::cost);
        List<double[]> services = score.services(plants);
        if (budgets.size() > 0) {
            score.set(Figure.OVER_BUDGET_SECONDS, budgets.overLimitSeconds());
        }
        score.set(
                Figure.REPLICA_CHANGES,
                plants.stream().mapToLong(plant -> plant.deployment().changes()).sum());
        score.set(Figure.EVENTS, kernel.handled());
        return new RunResult(score.figures(), services, kernel.handled(), disturbances, detail(reference, capOfSecond));
    }

    private Optional<RunResult.Detail> detail(double[] reference, double[] capOfSecond) {
        if (!log.isDetailed()) {
            return Optional.empty();
        }
        List<double[]> domains = new ArrayList<>();
        for (int i = 0; i < power.size(); i++) {
            domains.add(power.meter(i).means().toArray());
        }
        List<double[]> groups = new ArrayList<>();
        for (int i = 0; i < budgets.size(); i++) {
            groups.add(budgets.meter(i).means().toArray());
        }
        List<RequestLog> logs = new ArrayList<>();
        for (ServicePlant plant : plants) {
            if (plant instanceof RequestService service) {
                logs.add(service.log());
            }
        }
        return Optional.of(new RunResult.Detail(
                domains.get(0),
                reference,
                capOfSecond,
                domains,
                groups,
                log.seconds(),
                log.samples(),
                log.decisions(),
                log.events(),
                logs));
    }
}
