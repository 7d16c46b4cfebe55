package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
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
 * does not, watts go down the tree of domains by priority ({@link BudgetTree}), and whoever gets less than it can reach is
 * limited to the worst case that it was granted. So every service is under its limit or cannot reach its grant in time.
 * A service without a fresh reading can reach its worst case: without telemetry nothing is lent, and nothing else changes.
 *
 * <p><b>Slow lever, efficient next.</b> Every replica brings its fixed watts, so that a few at much power serve more than
 * many at little. Ceilings let in only as many as have a share of their worst case each.
 *
 * <p>The latency is the age of the reading, the time since the last step, and the window that readings are means over.
 * What is learnt fades, from the worst case at the start.
 */
public final class CapstanPolicy implements CappingPolicy<CapstanPolicy.State> {

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
    public Class<State> stateType() {
        return State.class;
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
    public Step<State> step(State state, Observation seen) {
        Long last = state.steppedAtNanos();
        long intervalNanos = last == null ? 0 : seen.nowNanos() - last;
        Map<String, Learnt> learnt = new TreeMap<>();
        List<ServiceReading> services = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            GpuLimitRange range = GpuLimitRange.untilReady(service);
            if (range.replicas() > 0) {
                services.add(service);
                Learnt before = state.services().getOrDefault(service.name(), Learnt.NOTHING);
                learnt.put(service.name(), learnt(before, service, range, seen.nowNanos(), intervalNanos));
            }
        }
        double budgetWatts = budgetWatts(seen, seen.allowedWatts());
        int[] ceilings = ceilings(seen);
        Map<String, Integer> ceilingOf = new TreeMap<>();
        for (int i = 0; i < ceilings.length; i++) {
            ceilingOf.put(seen.services().get(i).name(), ceilings[i]);
        }
        List<Integer> priorities = services.stream()
                .map(ServiceReading::priority)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        // Two leaves for each service: what its replicas under the ceiling are promised, and the rest by priority.
        int count = services.size();
        double[] reachWatts = new double[count];
        BudgetTree.Leaf[] leaves = new BudgetTree.Leaf[2 * count];
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            GpuLimitRange range = GpuLimitRange.untilReady(service);
            reachWatts[i] = reachWatts(service, range, learnt);
            double lowest = range.lowestWatts();
            double promised = ceilingOf.getOrDefault(service.name(), 0) * planWatts(service);
            promised = Math.max(lowest, Math.min(reachWatts[i], promised));
            int domain = BudgetTree.place(seen, service.domain());
            leaves[2 * i] = new BudgetTree.Leaf(domain, 0, lowest, promised, promised);
            leaves[2 * i + 1] = new BudgetTree.Leaf(
                    domain,
                    1 + priorities.indexOf(service.priority()),
                    0,
                    reachWatts[i] - promised,
                    range.highestWatts() - promised);
        }
        BudgetTree tree = BudgetTree.of(seen, leaves, 1 + priorities.size());
        double[] shares = tree.share(budgetWatts);
        Map<String, Double> limits = new TreeMap<>();
        boolean limited = false;
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            double grant = shares[2 * i] + shares[2 * i + 1];
            // Rounding shall not limit a service that was granted all it can reach.
            boolean reaches = grant >= reachWatts[i] - 1e-6;
            limited |= !reaches;
            limits.put(
                    service.name(),
                    reaches
                            ? service.replicaPower().maxGpuLimitWatts()
                            : GpuLimitRange.untilReady(service).limitFor(grant));
        }
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < seen.services().size(); i++) {
            ServiceReading service = seen.services().get(i);
            ServiceAction action = action(service, limits.get(service.name()), ceilings[i]);
            if (!action.isEmpty()) {
                actions.add(action);
            }
        }
        String code = !tree.feasible() ? "floor-reached" : limited ? "limited" : "lent";
        String reason = String.format(
                Locale.ROOT,
                "services can reach %.0f W of %.0f W within %.0f s and their readings' age",
                WaterFilling.sum(reachWatts),
                budgetWatts,
                (intervalNanos + windowNanos) / 1e9);
        return new Step<>(new State(learnt, seen.nowNanos()), new Decision(actions, code, reason));
    }

    /** What the reading adds to what is known. */
    private Learnt learnt(
            Learnt before, ServiceReading service, GpuLimitRange range, long nowNanos, long intervalNanos) {
        double faded = before.rise() * StrictMath.exp(-intervalNanos / 1e9 / memorySeconds);
        if (!service.power().isFresh()) {
            return new Learnt(before.rise(), before.recent());
        }
        long ageNanos = service.power().ageNanos();
        Sample newest = new Sample(nowNanos - ageNanos, service.power().watts());
        long from = newest.atNanos() - ageNanos - intervalNanos - windowNanos;
        double lowestWatts = newest.watts();
        List<Sample> recent = new ArrayList<>();
        for (Sample sample : before.recent()) {
            if (sample.atNanos() >= from && sample.atNanos() < newest.atNanos()) {
                recent.add(sample);
                lowestWatts = Math.min(lowestWatts, sample.watts());
            }
        }
        recent.add(newest);
        double rise = (newest.watts() - lowestWatts) / range.highestWatts();
        return new Learnt(Math.min(1, Math.max(rise, faded)), recent);
    }

    /** What a service may draw before a command of the next step lands, if nothing limits it. */
    private static double reachWatts(ServiceReading service, GpuLimitRange range, Map<String, Learnt> learnt) {
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

    /** What a replica is promised at least. */
    private double planWatts(ServiceReading service) {
        ReplicaPower power = service.replicaPower();
        return replicaRatio * power.worstCaseWatts(power.maxGpuLimitWatts());
    }

    /** Ceilings that fit by the worst case, first for those that are wanted; beyond, those that saturation calls for. */
    private int[] ceilings(Observation seen) {
        List<ServiceReading> services = seen.services();
        AnnouncedCap next = seen.announcedCap();
        boolean near = next != null && next.atNanos() - seen.nowNanos() <= lookAheadNanos;
        double allowedWatts = near ? Math.min(seen.allowedWatts(), next.capWatts()) : seen.allowedWatts();
        double budgetWatts = budgetWatts(seen, allowedWatts);
        int count = services.size();
        double[] peakWatts = new double[count];
        double[] planWatts = new double[count];
        int[] wanted = new int[count];
        int[] kept = new int[count];
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            ReplicaPower power = service.replicaPower();
            ReplicaCounts replicas = service.replicas();
            peakWatts[i] = power.worstCaseWatts(power.maxGpuLimitWatts());
            planWatts[i] = planWatts(service);
            // Who is at the ceiling may want more than it can say.
            boolean atCeiling = replicas.desired() >= replicas.ceiling();
            int most = replicas.originalCeiling();
            wanted[i] = Math.min(most, atCeiling ? replicas.ceiling() + 1 : replicas.desired());
            int running = Math.min(replicas.desired(), replicas.ready() + replicas.starting());
            double busy = busyShare(service);
            boolean calls = atCeiling && busy >= saturatedRatio;
            kept[i] = busy < saturatedRatio / 2 ? 0 : Math.min(most, calls ? running + 1 : running);
        }
        double[] gains = CeilingAllocation.weights(services);
        CeilingAllocation first = CeilingAllocation.share(services, peakWatts, gains, wanted, budgetWatts);
        int[] lowest = new int[count];
        Arrays.setAll(lowest, first::ceiling);
        CeilingAllocation second = CeilingAllocation.share(
                services, lowest, peakWatts, gains, CeilingAllocation.originalCeilings(services), budgetWatts);
        Arrays.setAll(lowest, second::ceiling);
        CeilingAllocation third = CeilingAllocation.share(services, lowest, planWatts, gains, kept, budgetWatts);
        Arrays.setAll(lowest, third::ceiling);
        return lowest;
    }

    /** What the replicas that serve draw of all that their limit allows; NaN where it was not read. */
    private static double busyShare(ServiceReading service) {
        double allowedWatts =
                service.replicas().ready() * service.replicaPower().worstCaseWatts();
        return service.power().isFresh() ? service.power().watts() / allowedWatts : Double.NaN;
    }

    private static ServiceAction action(ServiceReading service, @Nullable Double limit, int ceiling) {
        boolean limits = limit != null && limit != CapController.enforcedLimit(service.replicaPower());
        Integer replicas = ceiling == service.replicas().ceiling() ? null : (Integer) ceiling;
        return new ServiceAction(service.name(), replicas, null, limits ? limit : null, null, null, null, null, false);
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
                            0.65,
                            0.05,
                            1,
                            "Share of its worst case that every replica under a ceiling shall have.",
                            "tuned on the samples"),
                    new PolicyParameter(
                            "saturated_ratio",
                            "ratio",
                            0.9,
                            0.1,
                            2,
                            "Share of what their limit allows from which replicas call for one more.",
                            "as bound_ratio of capmaestro"),
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
                            "From so long before an announced fall of the cap ceilings fit the lower one.",
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
