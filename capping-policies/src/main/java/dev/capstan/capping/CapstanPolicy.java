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
 * <p><b>Fast lever, safe now.</b> What a service can reach is what it reads and the most that it rises by within one latency
 * of the loop, as learnt, and never more than its worst case. While all of that fits the budget no GPU is limited. Where it
 * does not, watts go down the tree of domains ({@link BudgetTree}): first to every replica under a ceiling its share of the
 * worst case, then by priority. Whoever gets less than it can reach is limited to the worst case that it was granted. So every
 * service is under its limit or cannot leave its grant in time. A service without a fresh reading can reach its worst case:
 * without telemetry nothing is lent.
 *
 * <p><b>Slow lever, efficient next.</b> Every replica brings its fixed watts, so that a few with full power serve more than
 * many with little. Ceilings let in what fits by the worst case. Only where the replicas that serve have
 * drawn about all that they may for a latency, one more comes, as long as each has its share of the worst case; those that
 * idle are given back.
 *
 * <p>The latency is the age of the reading, the time since the last step, and the window that readings are means over. What is
 * learnt fades, from the worst case at the start.
 *
 * <p>Caveats: a replica that starts counts with what starting takes until it is seen to be ready, so that the worst case can be
 * passed by one replica for one step. Bursts shorter than a board's own control escape its limit; the margin is for them.
 */
public final class CapstanPolicy implements CappingPolicy<CapstanPolicy.State> {

    /** Share of the saturated draw under which replicas idle. */
    private static final double IDLE = 1.0 / 3;

    /**
     * What is known of the services.
     *
     * @param services by name; those with replicas
     * @param steppedAtNanos instant of the last step; null before the first
     */
    public record State(
            Map<String, Learnt> services, @Nullable Long steppedAtNanos) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            services = Collections.unmodifiableMap(new TreeMap<>(services));
        }
    }

    /**
     * What is known of a service.
     *
     * @param rise most that its power rises by within a latency, as a share of its worst case without a limit
     * @param recent readings of the last latency, the oldest first
     */
    public record Learnt(double rise, List<Sample> recent) {

        static final Learnt NOTHING = new Learnt(1, List.of());

        /** Copies the list. */
        public Learnt {
            recent = List.copyOf(recent);
        }
    }

    /** A complete reading, by the instant of its newest sample. */
    public record Sample(long atNanos, double watts) {}

    private final double marginRatio;
    private final double replicaRatio;
    private final double saturatedRatio;
    private final long windowNanos;
    private final double memorySeconds;
    private final long lookAheadNanos;

    CapstanPolicy(
            double marginRatio,
            double replicaRatio,
            double saturatedRatio,
            long windowNanos,
            double memorySeconds,
            long lookAheadNanos) {
        this.marginRatio = marginRatio;
        this.replicaRatio = replicaRatio;
        this.saturatedRatio = saturatedRatio;
        this.windowNanos = windowNanos;
        this.memorySeconds = memorySeconds;
        this.lookAheadNanos = lookAheadNanos;
    }

    @Override
    public State initialState() {
        return new State(Map.of(), null);
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
    public Step<State> step(State state, Observation observed) {
        Observation seen = observed.withBudgetsScaled(1 - marginRatio);
        Long last = state.steppedAtNanos();
        long intervalNanos = last == null ? 0 : seen.nowNanos() - last;
        Map<String, Learnt> learnt = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            if (service.replicas().present() > 0) {
                Learnt before = state.services().getOrDefault(service.name(), Learnt.NOTHING);
                learnt.put(service.name(), learnt(before, service, seen.nowNanos(), intervalNanos));
            }
        }
        int[] ceilings = ceilings(seen, learnt);
        double budgetWatts = budgetWatts(seen, seen.allowedWatts());
        double[] reachWatts = seen.services().stream()
                .mapToDouble(service -> reachWatts(service, learnt))
                .toArray();
        ServiceBounds bounds = bounds(seen, reachWatts).within(seen, seen.services(), budgetWatts);
        BudgetTree tree = tree(seen, bounds, ceilings);
        double[] shares = tree.share(budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        boolean limited = false;
        for (int i = 0; i < ceilings.length; i++) {
            ServiceReading service = seen.services().get(i);
            double grantWatts = shares[2 * i] + shares[2 * i + 1];
            // Rounding shall not limit a service that was granted all it can reach.
            boolean lent = grantWatts >= reachWatts[i] - 1e-6;
            limited |= !lent;
            double limit = lent
                    ? service.replicaPower().maxGpuLimitWatts()
                    : GpuLimitRange.untilReady(service).limitFor(grantWatts);
            ServiceAction action = action(service, limit, ceilings[i]);
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
        return new Step<>(new State(learnt, seen.nowNanos()), new Decision(actions, code, reason));
    }

    private static ServiceBounds bounds(Observation seen, double[] reachWatts) {
        List<GpuLimitRange> ranges =
                seen.services().stream().map(GpuLimitRange::untilReady).toList();
        return new ServiceBounds(
                ranges.stream().mapToDouble(GpuLimitRange::lowestWatts).toArray(),
                reachWatts,
                ranges.stream().mapToDouble(GpuLimitRange::highestWatts).toArray());
    }

    /** Two leaves for each service: what its replicas under the ceiling are promised, and the rest by priority. */
    private BudgetTree tree(Observation seen, ServiceBounds bounds, int[] ceilings) {
        List<ServiceReading> services = seen.services();
        List<Integer> priorities = BudgetTree.priorities(services);
        BudgetTree.Leaf[] leaves = new BudgetTree.Leaf[2 * ceilings.length];
        for (int i = 0; i < ceilings.length; i++) {
            ServiceReading service = services.get(i);
            double lowest = bounds.lowest()[i];
            double promised = Math.max(lowest, Math.min(bounds.demand()[i], ceilings[i] * promisedWatts(service)));
            int domain = BudgetTree.place(seen, service.domain());
            int level = 1 + priorities.indexOf(service.priority());
            double reach = bounds.demand()[i] - promised;
            double highest = bounds.highest()[i] - promised;
            leaves[2 * i] = new BudgetTree.Leaf(domain, 0, lowest, promised, promised);
            leaves[2 * i + 1] = new BudgetTree.Leaf(domain, level, 0, reach, highest);
        }
        return BudgetTree.of(seen, leaves, 1 + priorities.size());
    }

    /** What the reading adds to what is known. */
    private Learnt learnt(Learnt before, ServiceReading service, long nowNanos, long intervalNanos) {
        if (!service.power().isFresh()) {
            return before;
        }
        long ageNanos = service.power().ageNanos();
        Sample newest = new Sample(nowNanos - ageNanos, service.power().watts());
        long from = newest.atNanos() - ageNanos - intervalNanos - windowNanos;
        List<Sample> recent = new ArrayList<>();
        for (Sample sample : before.recent()) {
            if (sample.atNanos() >= from && sample.atNanos() < newest.atNanos()) {
                recent.add(sample);
            }
        }
        recent.add(newest);
        double rise = (newest.watts() - lowestWatts(recent))
                / GpuLimitRange.untilReady(service).highestWatts();
        double faded = before.rise() * StrictMath.exp(-intervalNanos / 1e9 / memorySeconds);
        return new Learnt(Math.min(1, Math.max(rise, faded)), recent);
    }

    private static double lowestWatts(List<Sample> samples) {
        double lowest = Double.POSITIVE_INFINITY;
        for (Sample sample : samples) {
            lowest = Math.min(lowest, sample.watts());
        }
        return lowest;
    }

    /** What a service may draw before a command of the next step lands, if nothing limits it. */
    private static double reachWatts(ServiceReading service, Map<String, Learnt> learnt) {
        GpuLimitRange range = GpuLimitRange.untilReady(service);
        if (!service.power().isFresh()) {
            return range.highestWatts();
        }
        double rise = learnt.getOrDefault(service.name(), Learnt.NOTHING).rise();
        double reach = service.power().watts() + rise * range.highestWatts();
        return Math.max(range.lowestWatts(), Math.min(range.highestWatts(), reach));
    }

    private double budgetWatts(Observation seen, double allowedWatts) {
        return (1 - marginRatio) * allowedWatts - seen.overheadWatts();
    }

    /** What a replica under the ceiling is promised. */
    private double promisedWatts(ServiceReading service) {
        return replicaRatio * peakWatts(service);
    }

    private static double peakWatts(ServiceReading service) {
        ReplicaPower power = service.replicaPower();
        return power.worstCaseWatts(power.maxGpuLimitWatts());
    }

    /** The ceilings of now; no replica is started that an announced cap will take away. */
    private int[] ceilings(Observation seen, Map<String, Learnt> learnt) {
        int[] ceilings = ceilings(seen, learnt, seen.allowedWatts());
        AnnouncedCap next = seen.announcedCap();
        if (next != null && next.atNanos() - seen.nowNanos() <= lookAheadNanos) {
            int[] then = ceilings(seen, learnt, Math.min(seen.allowedWatts(), next.capWatts()));
            Arrays.setAll(
                    ceilings,
                    i -> Math.min(
                            ceilings[i],
                            Math.max(then[i], running(seen.services().get(i)))));
        }
        return ceilings;
    }

    /** Ceilings that fit by the worst case, first for those that are wanted; beyond, those that saturation calls for. */
    private int[] ceilings(Observation seen, Map<String, Learnt> learnt, double allowedWatts) {
        List<ServiceReading> services = seen.services();
        double budgetWatts = budgetWatts(seen, allowedWatts);
        double[] gains = CeilingAllocation.weights(services);
        double[] peaks = services.stream().mapToDouble(CapstanPolicy::peakWatts).toArray();
        double[] promises = services.stream().mapToDouble(this::promisedWatts).toArray();
        int[] wanted = services.stream().mapToInt(CapstanPolicy::wanted).toArray();
        int[] busy = services.stream()
                .mapToInt(service -> busy(service, learnt.getOrDefault(service.name(), Learnt.NOTHING)))
                .toArray();
        int[] most = CeilingAllocation.originalCeilings(services);
        int[] ceilings = services.stream()
                .mapToInt(service -> service.replicas().lowestCeiling())
                .toArray();
        ceilings = raised(seen, ceilings, peaks, gains, wanted, budgetWatts);
        ceilings = raised(seen, ceilings, peaks, gains, most, budgetWatts);
        return raised(seen, ceilings, promises, gains, busy, budgetWatts);
    }

    private static int[] raised(
            Observation seen, int[] lowest, double[] planWatts, double[] gains, int[] highest, double budgetWatts) {
        CeilingAllocation allocation = CeilingAllocation.share(seen, lowest, planWatts, gains, highest, budgetWatts);
        int[] ceilings = new int[lowest.length];
        Arrays.setAll(ceilings, allocation::ceiling);
        return ceilings;
    }

    private static int running(ServiceReading service) {
        ReplicaCounts replicas = service.replicas();
        return Math.min(replicas.desired(), replicas.ready() + replicas.starting());
    }

    private static boolean atCeiling(ServiceReading service) {
        return service.replicas().desired() >= service.replicas().ceiling();
    }

    /** What the autoscaler wants; at its ceiling it may want more than it can say. */
    private static int wanted(ServiceReading service) {
        ReplicaCounts replicas = service.replicas();
        return Math.min(replicas.originalCeiling(), atCeiling(service) ? replicas.ceiling() + 1 : replicas.desired());
    }

    /** How many replicas have work: one more than there are where all have been saturated for a latency, none where they idle. */
    private int busy(ServiceReading service, Learnt learnt) {
        ReplicaCounts replicas = service.replicas();
        double allowedWatts = replicas.ready() * service.replicaPower().worstCaseWatts();
        if (!service.power().isFresh() || allowedWatts == 0) {
            return running(service);
        }
        if (service.power().watts() < IDLE * saturatedRatio * allowedWatts) {
            return 0;
        }
        boolean saturated = atCeiling(service) && lowestWatts(learnt.recent()) >= saturatedRatio * allowedWatts;
        return Math.min(replicas.originalCeiling(), saturated ? running(service) + 1 : running(service));
    }

    private static ServiceAction action(ServiceReading service, double limitWatts, int ceiling) {
        boolean moves = limitWatts != CapController.enforcedLimit(service.replicaPower());
        boolean resizes = ceiling != service.replicas().ceiling();
        return new ServiceAction(
                service.name(),
                resizes ? (Integer) ceiling : null,
                null,
                moves ? (Double) limitWatts : null,
                null,
                null,
                null,
                null,
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
                    List.of("GPU power limit", "replica ceiling"),
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
                            0.6,
                            0.05,
                            1,
                            "Share of its worst case that every replica under a ceiling shall have.",
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
                            "window_seconds",
                            "seconds",
                            60,
                            0,
                            3600,
                            "Window that readings are means over, and what a limit takes to land.",
                            "the default rate window"),
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
                            "assumption: what a pod takes to start"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CapstanPolicy(
                    value(parameters, "margin_ratio"),
                    value(parameters, "replica_ratio"),
                    value(parameters, "saturated_ratio"),
                    (long) (value(parameters, "window_seconds") * 1e9),
                    value(parameters, "memory_seconds"),
                    (long) (value(parameters, "look_ahead_seconds") * 1e9));
        }
    }
}
