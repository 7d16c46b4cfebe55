package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Capstan's own policy: budgets by worst case and lends what cannot be reached before the next command lands.
 *
 * <p><b>Use.</b> Of the worst case at the limit in force a service uses what it reads, and can use within one latency of the loop
 * what it was seen to rise by beside that. Services do not rise all at once: their rises are scaled down to what all were seen to
 * rise by together. Without a fresh reading a service uses all of it: without telemetry nothing is lent.
 *
 * <p><b>Fast lever, safe now.</b> While what all can use without a limit fits the budget no GPU is limited. Where it does not,
 * watts go down the tree of domains ({@link BudgetTree}): first to every replica under a ceiling its share, then by priority.
 * Whoever gets less than it can use is limited: to the worst case that it was granted where it reads more than that, and else to
 * the one of which it uses no more than was granted. Before that, clocks go down as far as the
 * cap needs, to where energy is least and the owner's targets are still met ({@link DynamoLlmPolicy}): bursts do not escape a clock as
 * they do a limit.
 *
 * <p><b>Slow lever, efficient next.</b> Ceilings go down the priorities ({@link CapstanCeilings}). A replica takes minutes to come
 * back, so that one that runs is taken away only where even the least use of a latency leaves the replicas less than their share,
 * which is where a lower clock saves no more than it slows down, or where those of a higher priority need the watts for good.
 * Ceilings let in those that are wanted as long as what they can be expected to use fits beside the shares of the lower
 * priorities; and one more where those that serve have drawn about all that they may for a latency.
 *
 * <p><b>Routing.</b> Where services share a stream of requests by weight, the weights follow the joules of one more token behind
 * the owners' targets ({@link MarginalRouting}), whether or not the cap binds: what a token does not cost needs no cap.
 *
 * <p><b>Admission, honest last.</b> Where a capped service has more requests waiting than it ends within the time to a first token
 * that its owner promises, all would come too late: the gateway refuses some at once, and those that it admits are in time.
 *
 * <p>The latency is the age of the reading, the time since the last step, and a share of the window that readings are means over.
 *
 * <p>Caveats: a replica that starts counts with what starting takes until it is seen to be ready, so that the worst case can be
 * passed by one replica for one step. Bursts shorter than a board's own control escape its limit; the margin is for them.
 */
public final class CapstanPolicy implements CappingPolicy<CapstanPolicy.State> {

    /** The least factor of the admission share in a step, and what is added to it where there is room. */
    private static final double FEWER = 0.8;

    private static final double MORE = 0.1;

    /** A multiple of the 15 MHz in which boards take clocks. */
    private static final int CLOCK_STEP_MEGAHERTZ = 90;

    private static final MarginalRouting ROUTING = new MarginalRouting(MarginalRouting.HEADROOM, MarginalRouting.BAND);

    /** Someone has to be let in to see whether there is room again. */
    private static final double LEAST_ADMITTED = 0.05;

    /**
     * What is known of the services.
     *
     * @param services how much each can rise, by name; those with replicas
     * @param together how much all of them can rise together
     * @param steppedAtNanos instant of the last step; null before the first
     */
    public record State(
            Map<String, LearntRise> services,
            LearntRise together,
            @Nullable Long steppedAtNanos) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            services = Collections.unmodifiableMap(new TreeMap<>(services));
        }
    }

    private final double marginRatio;
    private final double replicaRatio;
    private final double saturatedRatio;
    private final double lowestClockRatio;
    private final double firstRise;
    private final long windowNanos;
    private final double memorySeconds;
    private final long lookAheadNanos;
    private final boolean refuses;
    private final boolean routes;

    CapstanPolicy(
            double marginRatio,
            double replicaRatio,
            double saturatedRatio,
            double lowestClockRatio,
            double firstRise,
            long windowNanos,
            double memorySeconds,
            long lookAheadNanos,
            boolean refuses,
            boolean routes) {
        this.marginRatio = marginRatio;
        this.replicaRatio = replicaRatio;
        this.saturatedRatio = saturatedRatio;
        this.lowestClockRatio = lowestClockRatio;
        this.firstRise = firstRise;
        this.windowNanos = windowNanos;
        this.memorySeconds = memorySeconds;
        this.lookAheadNanos = lookAheadNanos;
        this.refuses = refuses;
        this.routes = routes;
    }

    @Override
    public State initialState() {
        return new State(Map.of(), LearntRise.assumed(firstRise), null);
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public boolean limitsGpuPower() {
        return true;
    }

    @Override
    public boolean setsCeilings() {
        return true;
    }

    @Override
    public boolean readsLatencies() {
        return refuses || lowestClockRatio < 1;
    }

    @Override
    public Step<State> step(State state, Observation observed) {
        Observation seen = observed.withBudgetsScaled(1 - marginRatio);
        List<ServiceReading> services = seen.services();
        State known = learnt(state, seen);
        double[] use = use(seen, known);
        int[] ceilings = ceilings(seen, known, use);
        double budgetWatts = budgetWatts(seen, seen.allowedWatts());
        double[] reachWatts = new double[use.length];
        for (int i = 0; i < use.length; i++) {
            GpuLimitRange range = GpuLimitRange.untilReady(services.get(i));
            reachWatts[i] = Math.max(range.lowestWatts(), use[i] * range.highestWatts());
        }
        ServiceBounds bounds = bounds(seen, reachWatts).within(seen, services, budgetWatts);
        BudgetTree tree = tree(seen, bounds, use, ceilings);
        double[] shares = tree.share(budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        boolean limited = false;
        double fits = dynamicShareThatFits(services, reachWatts, budgetWatts);
        Map<String, Double> weights = routes ? weights(seen) : Map.of();
        for (int i = 0; i < ceilings.length; i++) {
            ServiceReading service = services.get(i);
            double grantWatts = shares[2 * i] + shares[2 * i + 1];
            // Rounding shall not limit a service that was granted all it can reach.
            boolean lent = grantWatts >= reachWatts[i] - 1e-6;
            limited |= !lent;
            double limit = lent ? service.replicaPower().maxGpuLimitWatts() : limit(service, grantWatts, use[i]);
            boolean capped = !lent || ceilings[i] < service.replicas().originalCeiling();
            ServiceAction action = action(
                    service,
                    limit,
                    ceilings[i],
                    clock(service, fits),
                    weights.get(service.name()),
                    refuses ? admitted(service, capped) : null);
            if (!action.isEmpty()) {
                actions.add(action);
            }
        }
        String code = !tree.feasible() || !bounds.feasible() ? "floor-reached" : limited ? "limited" : "lent";
        String reason = String.format(
                Locale.ROOT,
                "services can reach %.0f W of %.0f W within a latency of the loop%s",
                WaterFilling.sum(reachWatts),
                budgetWatts,
                bounds.complaint());
        return new Step<>(known, new Decision(actions, code, reason));
    }

    /** The worst case of the limit is what is granted where more than that is read; else it is used as before. */
    private static double limit(ServiceReading service, double grantWatts, double use) {
        boolean over = !service.power().isFresh() || service.power().watts() > grantWatts;
        return GpuLimitRange.untilReady(service).limitFor(over ? grantWatts : grantWatts / use);
    }

    private static ServiceBounds bounds(Observation seen, double[] reachWatts) {
        List<GpuLimitRange> ranges =
                seen.services().stream().map(GpuLimitRange::untilReady).toList();
        return new ServiceBounds(
                ranges.stream().mapToDouble(GpuLimitRange::lowestWatts).toArray(),
                reachWatts,
                ranges.stream().mapToDouble(GpuLimitRange::highestWatts).toArray());
    }

    /** Two leaves for each service: the share of its replicas under the ceiling, and the rest by priority. */
    private BudgetTree tree(Observation seen, ServiceBounds bounds, double[] use, int[] ceilings) {
        List<ServiceReading> services = seen.services();
        List<Integer> priorities = BudgetTree.priorities(services);
        BudgetTree.Leaf[] leaves = new BudgetTree.Leaf[2 * ceilings.length];
        for (int i = 0; i < ceilings.length; i++) {
            ServiceReading service = services.get(i);
            double lowest = bounds.lowest()[i];
            double shared =
                    ceilings[i] * use[i] * replicaRatio * service.replicaPower().highestWorstCaseWatts();
            double promised = Math.max(lowest, Math.min(bounds.demand()[i], shared));
            int domain = BudgetTree.place(seen, service.domain());
            int level = 1 + priorities.indexOf(service.priority());
            double reach = bounds.demand()[i] - promised;
            double highest = bounds.highest()[i] - promised;
            leaves[2 * i] = new BudgetTree.Leaf(domain, 0, lowest, promised, promised);
            leaves[2 * i + 1] = new BudgetTree.Leaf(domain, level, 0, reach, highest);
        }
        return BudgetTree.of(seen, leaves, 1 + priorities.size());
    }

    /** What the readings add to what is known. */
    private State learnt(State before, Observation seen) {
        Long last = before.steppedAtNanos();
        long intervalNanos = last == null ? 0 : seen.nowNanos() - last;
        double kept = StrictMath.exp(-intervalNanos / 1e9 / memorySeconds);
        Map<String, LearntRise> services = new TreeMap<>();
        PowerReading together = PowerReading.fresh(0, 0);
        double worstCaseWatts = 0;
        for (ServiceReading service : seen.services()) {
            if (service.replicas().present() == 0) {
                continue;
            }
            PowerReading power = service.power();
            double highest = GpuLimitRange.untilReady(service).highestWatts();
            LearntRise rise = rise(before, service);
            services.put(service.name(), learnt(rise, power, highest, seen.nowNanos(), intervalNanos, kept));
            worstCaseWatts += highest;
            together = together.isFresh() && power.isFresh()
                    ? PowerReading.fresh(
                            together.watts() + power.watts(), Math.max(together.ageNanos(), power.ageNanos()))
                    : PowerReading.absent();
        }
        return new State(
                services,
                learnt(before.together(), together, worstCaseWatts, seen.nowNanos(), intervalNanos, kept),
                seen.nowNanos());
    }

    private LearntRise learnt(
            LearntRise before,
            PowerReading power,
            double worstCaseWatts,
            long nowNanos,
            long intervalNanos,
            double kept) {
        return power.isFresh() && worstCaseWatts > 0
                ? before.with(power, nowNanos, power.ageNanos() + intervalNanos + windowNanos, worstCaseWatts, kept)
                : before;
    }

    private LearntRise rise(State known, ServiceReading service) {
        return known.services().getOrDefault(service.name(), LearntRise.assumed(firstRise));
    }

    /** What each service can use of its worst case, at the limit in force, before a command of the next step lands. */
    private double[] use(Observation seen, State known) {
        double apartWatts = 0;
        double worstCaseWatts = 0;
        for (ServiceReading service : seen.services()) {
            double highest = GpuLimitRange.untilReady(service).highestWatts();
            apartWatts += rise(known, service).share() * highest;
            worstCaseWatts += highest;
        }
        double together = apartWatts == 0 ? 1 : Math.min(1, known.together().share() * worstCaseWatts / apartWatts);
        return seen.services().stream()
                .mapToDouble(service -> {
                    double allowed = GpuLimitRange.untilReady(service).enforcedWatts();
                    return service.power().isFresh() && allowed > 0
                            ? Math.min(
                                    1,
                                    service.power().watts() / allowed
                                            + together * rise(known, service).share())
                            : 1;
                })
                .toArray();
    }

    private double budgetWatts(Observation seen, double allowedWatts) {
        return (1 - marginRatio) * allowedWatts - seen.overheadWatts();
    }

    /** The ceilings of now; no replica is started that an announced cap will take away. */
    private int[] ceilings(Observation seen, State known, double[] use) {
        List<LearntRise> rises =
                seen.services().stream().map(service -> rise(known, service)).toList();
        CapstanCeilings plan = new CapstanCeilings(seen, rises, use, replicaRatio, saturatedRatio);
        int[] ceilings = plan.within(budgetWatts(seen, seen.allowedWatts()));
        AnnouncedCap next = seen.announcedCap();
        if (next != null && next.atNanos() - seen.nowNanos() <= lookAheadNanos) {
            int[] then = plan.within(budgetWatts(seen, Math.min(seen.allowedWatts(), next.capWatts())));
            Arrays.setAll(ceilings, i -> {
                int runs = CapstanCeilings.running(seen.services().get(i));
                return Math.min(ceilings[i], Math.max(then[i], runs));
            });
        }
        return ceilings;
    }

    /**
     * Share of the requests to admit: fewer where the last that waits, by Little's law, waits for longer than the owner promises to
     * the first token, more again once that has halved. Null where nothing changes or is known.
     */
    private static @Nullable Double admitted(ServiceReading service, boolean capped) {
        double most = service.gateway().maxAdmissionShare();
        double share = service.gateway().enforcedAdmission();
        double waitSeconds = service.waitingRequests() / service.latency().requestsPerSecond();
        double promised = service.latency().ttftTargetSeconds();
        double wish = share;
        if (capped && waitSeconds > promised) {
            wish = Math.max(LEAST_ADMITTED, share * Math.max(FEWER, promised / waitSeconds));
        } else if (!capped || waitSeconds < promised / 2) {
            wish = Math.min(most, share + MORE);
        }
        return most == 0 || wish == share ? null : (Double) wish;
    }

    /** What has to be left of the draw over idle at full clock for the budget to hold what all can reach; 1 where it does. */
    private static double dynamicShareThatFits(List<ServiceReading> services, double[] reachWatts, double budgetWatts) {
        double idleWatts = 0;
        double dynamicWatts = 0;
        for (int i = 0; i < reachWatts.length; i++) {
            ServiceReading service = services.get(i);
            StepLaw law = service.stepLaw();
            double idle = service.replicas().ready() * service.replicaPower().idleWatts();
            double left =
                    law == null ? 1 : law.dynamicShare(service.replicaPower().enforcedClockMegahertz());
            idleWatts += idle;
            dynamicWatts += Math.max(0, reachWatts[i] - idle) / left;
        }
        return dynamicWatts <= budgetWatts - idleWatts ? 1 : (budgetWatts - idleWatts) / dynamicWatts;
    }

    /** The highest clock that leaves no more than fits, but not under that of least energy; null where it stands or is not known. */
    private @Nullable Integer clock(ServiceReading service, double fits) {
        ReplicaPower power = service.replicaPower();
        int highest = power.maxClockMegahertz();
        if (lowestClockRatio == 1 || highest == 0) {
            return null;
        }
        int lowest = (int) Math.ceil(lowestClockRatio * highest);
        Integer least = fits < 1 ? SloClocks.leastEnergy(service, lowest, CLOCK_STEP_MEGAHERTZ) : null;
        StepLaw law = service.stepLaw();
        int wished = highest;
        while (least != null && law != null && wished > least && law.dynamicShare(wished) > fits) {
            wished = Math.max(least, wished - CLOCK_STEP_MEGAHERTZ);
        }
        return SloClocks.written(power, wished);
    }

    /** The weights that change, by service. */
    private static Map<String, Double> weights(Observation seen) {
        Map<String, Double> weights = new TreeMap<>();
        for (ServiceAction action : ROUTING.weights(
                        seen, service -> service.latency().tpotTargetSeconds())
                .actions()) {
            Double weight = action.routingWeight();
            if (weight != null) {
                weights.put(action.service(), weight);
            }
        }
        return weights;
    }

    private static ServiceAction action(
            ServiceReading service,
            double limitWatts,
            int ceiling,
            @Nullable Integer clock,
            @Nullable Double weight,
            @Nullable Double admitted) {
        boolean moves = limitWatts != service.replicaPower().enforcedGpuLimitWatts();
        boolean resizes = ceiling != service.replicas().ceiling();
        return new ServiceAction(
                service.name(),
                resizes ? (Integer) ceiling : null,
                null,
                moves ? (Double) limitWatts : null,
                clock,
                null,
                service.gateway().sharesByWeight() ? weight : null,
                admitted,
                false);
    }

    /** Makes the policy {@code capstan}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "capstan",
                    "Budgets by worst case, lends what cannot be reached within a loop latency; limits first, replicas next.",
                    "Capstan; the learnt rise after POLCA",
                    "structure certain, constants tuned on the samples",
                    List.of("GPU power limit", "GPU clock", "replica ceiling", "routing weight", "admission share"),
                    true,
                    new PolicyParameter(
                            "margin_ratio",
                            "ratio",
                            0.04,
                            0,
                            0.5,
                            "Share of the cap that is never planned with: bursts that escape limits, errors of meters.",
                            "tuned on the samples"),
                    new PolicyParameter(
                            "replica_ratio",
                            "ratio",
                            0.4,
                            0.05,
                            1,
                            "Share of the worst case that the limit of a replica leaves it before one of them has to go.",
                            "tuned on the samples"),
                    new PolicyParameter(
                            "saturated_ratio",
                            "ratio",
                            0.85,
                            0.1,
                            2,
                            "Share of what their limit allows that replicas must draw for a latency to call for one more.",
                            "tuned on the samples"),
                    new PolicyParameter(
                            "lowest_clock_ratio",
                            "ratio",
                            0.7,
                            0.1,
                            1,
                            "Lowest share of the highest clock that is taken where the cap needs it; 1 leaves clocks alone.",
                            "tuned on the samples; about where the voltage no longer falls"),
                    new PolicyParameter(
                            "first_rise_ratio",
                            "ratio",
                            0.1,
                            0,
                            1,
                            "Rise within a latency that is reckoned with before one was seen, as a share of the worst case.",
                            "assumption; POLCA tells of 0.118 in 40 s"),
                    new PolicyParameter(
                            "window_seconds",
                            "seconds",
                            10,
                            0,
                            3600,
                            "What the latency has beside the age of a reading and a step: how far a mean lags behind.",
                            "tuned on the samples: a third of the rate window"),
                    new PolicyParameter(
                            "memory_seconds",
                            "seconds",
                            600,
                            1,
                            1e7,
                            "Time constant with which a learnt rise is forgotten.",
                            "assumption"),
                    new PolicyParameter(
                            "look_ahead_seconds",
                            "seconds",
                            300,
                            0,
                            1e6,
                            "From so long before an announced fall of the cap no replica is added that it would take away.",
                            "assumption: what a pod takes to start"),
                    new PolicyParameter(
                            "refuse",
                            "switch",
                            1,
                            0,
                            1,
                            "1 lets gateways refuse what a capped service could not begin in the promised time.",
                            "assumption"),
                    new PolicyParameter(
                            "route",
                            "switch",
                            1,
                            0,
                            1,
                            "1 sets the weights of routes that share requests out by them; 0 leaves the owner's.",
                            "measured on the samples"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CapstanPolicy(
                    value(parameters, "margin_ratio"),
                    value(parameters, "replica_ratio"),
                    value(parameters, "saturated_ratio"),
                    value(parameters, "lowest_clock_ratio"),
                    value(parameters, "first_rise_ratio"),
                    (long) (value(parameters, "window_seconds") * 1e9),
                    value(parameters, "memory_seconds"),
                    (long) (value(parameters, "look_ahead_seconds") * 1e9),
                    value(parameters, "refuse") == 1,
                    value(parameters, "route") == 1);
        }
    }
}
