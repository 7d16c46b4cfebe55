package dev.capstan.capping;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A policy with the guard rails that the simulator and the live operator share.
 *
 * <ul>
 *   <li>A reading that is too old is stale, one outside what the pods present can draw is dropped. While a reading that
 *       the policy needs is lost, everything is held; after the hold time ceilings step down to the highest ones whose
 *       worst case fits the cap. They never go below a floor, and never up.
 *   <li>While a needed reading is partial the policy may lower, not raise; after the hold time it counts as lost.
 *   <li>A fall of the cap that is announced is held from the lead time before it on.
 *   <li>Ceilings stay between the floor and the owner's maximum, and rise by few replicas at a time. Concurrency limits
 *       and admission shares stay under those of the owner, a limit never under 1. Where several services would be released
 *       in the same step, a random half of them waits; to thaw growth is a release as well.
 *   <li>Where the rails have a ramp, releases add to the worst case of the services no faster than that; where starts are
 *       staggered, a ceiling waits while one of another service has risen a short time ago.
 *   <li>Routing weights stay between 0 and 1, and are written to services that have a route. A weight of 0 passes only in a
 *       step that gives another pool of the same route more than 0, so that no order of late writes leaves a route without a
 *       pool.
 * </ul>
 *
 * <p>Caveats: what is in force is what was read back, which is late; a lever whose value was not read is taken to stand
 * where its owner set it. Without telemetry concurrency limits, admission shares and frozen growth stay as they are: none of
 * them bounds the worst case of a replica; so do routing weights.
 *
 * @param <S> state of the policy inside
 */
public final class CapController<S extends Record> implements CappingPolicy<CapController.State<S>> {

    /**
     * The state of the policy and of the rails around it.
     *
     * @param inner state of the policy inside
     * @param unreliableSinceNanos instant of the first step of the present loss of telemetry; null while all is fresh
     * @param raisedAtNanos instant of the last raise, by service, while it is recent
     * @param random state of the random stream
     * @param pace how far raises have gone
     */
    public record State<S extends Record>(
            S inner, @Nullable Long unreliableSinceNanos, Map<String, Long> raisedAtNanos, long random, Pace pace) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            raisedAtNanos = Collections.unmodifiableMap(new TreeMap<>(raisedAtNanos));
        }
    }

    /**
     * How far raises have gone, over all services.
     *
     * @param rampSinceNanos instant since which what the ramp allows has not been used
     * @param waiting service whose raise comes before all others, because the ramp had no room for it yet; null without one
     * @param started service whose ceiling was raised last; null where none was
     * @param startedAtNanos instant of that raise
     */
    public record Pace(
            long rampSinceNanos,
            @Nullable String waiting,
            @Nullable String started,
            long startedAtNanos) {}

    private final CappingPolicy<S> policy;
    private final GuardRails rails;
    private final long seed;

    /**
     * Puts the rails around a policy.
     *
     * @param policy to be guarded
     * @param rails what it may do
     * @param seed of the random release
     */
    public CapController(CappingPolicy<S> policy, GuardRails rails, long seed) {
        this.policy = policy;
        this.rails = rails;
        this.seed = seed;
    }

    @Override
    public State<S> initialState() {
        return new State<>(policy.initialState(), null, Map.of(), seed, new Pace(Long.MIN_VALUE, null, null, 0));
    }

    @Override
    public Type stateJsonType() {
        return new StateJsonType(policy.stateJsonType());
    }

    @Override
    public Senses senses() {
        return policy.senses();
    }

    @Override
    public boolean limitsGpuPower() {
        return policy.limitsGpuPower();
    }

    @Override
    public boolean readsLatencies() {
        return policy.readsLatencies();
    }

    @Override
    public boolean setsCeilings() {
        return policy.setsCeilings();
    }

    @Override
    public Step<State<S>> step(State<S> state, Observation raw) {
        Observation seen = classified(raw);
        Quality quality = quality(seen);
        Long since = quality == Quality.FRESH
                ? null
                : state.unreliableSinceNanos() == null ? (Long) seen.nowNanos() : state.unreliableSinceNanos();
        if (since != null && seen.nowNanos() - since >= rails.holdNanos()) {
            return new Step<>(
                    new State<>(state.inner(), since, state.raisedAtNanos(), state.random(), state.pace()),
                    flagged(safeDecision(seen, seen.nowNanos() - since, policy.limitsGpuPower()), seen));
        }
        if (since != null && quality != Quality.PARTIAL) {
            String reason = String.format(
                    Locale.ROOT,
                    "a reading is %s for %.0f s; ceilings step down after %.0f s",
                    quality.name().toLowerCase(Locale.ROOT),
                    (seen.nowNanos() - since) / 1e9,
                    rails.holdNanos() / 1e9);
            return new Step<>(
                    new State<>(state.inner(), since, state.raisedAtNanos(), state.random(), state.pace()),
                    flagged(Decision.hold("telemetry-lost", reason), seen));
        }
        Step<S> inner = policy.step(state.inner(), seen);
        return released(state, inner, since, seen);
    }

    /** The observation with readings that are too old marked stale, those that cannot be taken out, and the cap to hold. */
    private Observation classified(Observation seen) {
        double possibleWatts = seen.overheadWatts();
        List<ServiceReading> services = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            ReplicaPower replica = service.replicaPower();
            double mostWatts = service.replicas().present() * replica.highestWorstCaseWatts();
            possibleWatts += mostWatts;
            services.add(service.withPower(classified(service.power(), mostWatts)));
        }
        List<DomainReading> domains = new ArrayList<>(seen.domains());
        DomainReading root = domains.get(0);
        domains.set(
                0,
                new DomainReading(
                        root.name(), root.parent(), root.limitWatts(), classified(root.power(), possibleWatts)));
        return new Observation(
                seen.nowNanos(),
                capWatts(seen),
                seen.announcedCap(),
                seen.overheadWatts(),
                domains,
                services,
                seen.carbon(),
                seen.carbonBudget(),
                seen.budgets());
    }

    /** The cap to hold: an announced fall is met before it comes, because replicas need time to drain. */
    private double capWatts(Observation seen) {
        AnnouncedCap next = seen.announcedCap();
        return next != null && next.atNanos() - seen.nowNanos() <= rails.leadNanos()
                ? Math.min(seen.capWatts(), next.capWatts())
                : seen.capWatts();
    }

    private PowerReading classified(PowerReading power, double mostWatts) {
        if (power.quality() == Quality.ABSENT) {
            return power;
        }
        boolean possible = power.watts() >= 0 && power.watts() <= rails.plausibleFactor() * mostWatts;
        if (!possible || power.quality() == Quality.IMPLAUSIBLE) {
            return PowerReading.absent();
        }
        return power.ageNanos() > rails.maxAgeNanos()
                ? new PowerReading(power.watts(), power.ageNanos(), Quality.STALE)
                : power;
    }

    /** The worst quality among the readings that the policy needs. */
    private Quality quality(Observation seen) {
        Quality worst = policy.senses().root() ? seen.rootPower().quality() : Quality.FRESH;
        if (policy.senses().services()) {
            for (ServiceReading service : seen.services()) {
                Quality its = service.power().quality();
                // Before a pod is ready there need not be a series.
                if (service.replicas().ready() > 0 && its.compareTo(worst) > 0) {
                    worst = its;
                }
            }
        }
        return worst;
    }

    /**
     * What is safe without any power reading. Never above what is in force.
     *
     * @param blindNanos how long there has been none, for the reason
     * @param limitsGpuPower whether GPUs are limited before replicas are taken away
     */
    static Decision safeDecision(Observation seen, long blindNanos, boolean limitsGpuPower) {
        List<ServiceReading> services = seen.services();
        int count = services.size();
        int[] ceilings = new int[count];
        double[] limits = new double[count];
        for (int i = 0; i < count; i++) {
            ceilings[i] = services.get(i).replicas().ceiling();
            limits[i] = services.get(i).replicaPower().enforcedGpuLimitWatts();
        }
        double budgetWatts = seen.allowedWatts() - seen.overheadWatts();
        boolean feasible = limitsGpuPower
                ? limitToWorstCase(seen, ceilings, limits, budgetWatts)
                : lowerToWorstCase(seen, ceilings, limits, ceilings.clone(), budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            Integer ceiling = ceilings[i] < service.replicas().ceiling() ? (Integer) ceilings[i] : null;
            Double limit = limits[i] < service.replicaPower().enforcedGpuLimitWatts() ? (Double) limits[i] : null;
            if (ceiling != null || limit != null) {
                actions.add(new ServiceAction(service.name(), ceiling, null, limit, null, null, null, null, false));
            }
        }
        String reason = String.format(
                Locale.ROOT,
                "no reliable power reading for %.0f s: worst case held to %.0f W for services",
                blindNanos / 1e9,
                budgetWatts);
        return new Decision(actions, feasible ? "safe-ceiling" : "infeasible", reason);
    }

    /** Lowers ceilings until the worst case at the given limits fits; false when the floors do not. */
    private static boolean lowerToWorstCase(
            Observation seen, int[] ceilings, double[] limits, int[] highest, double budgetWatts) {
        List<ServiceReading> services = seen.services();
        double[] planWatts = new double[ceilings.length];
        Arrays.setAll(planWatts, i -> services.get(i).replicaPower().worstCaseWatts(limits[i]));
        CeilingAllocation safe =
                CeilingAllocation.share(seen, planWatts, CeilingAllocation.weights(services), highest, budgetWatts);
        Arrays.setAll(ceilings, safe::ceiling);
        return safe.feasible();
    }

    /** Keeps the replicas that run by limiting their GPUs, and takes replicas away only where that is not enough. */
    private static boolean limitToWorstCase(Observation seen, int[] ceilings, double[] limits, double budgetWatts) {
        List<ServiceReading> services = seen.services();
        int count = ceilings.length;
        int[] inForce = ceilings.clone();
        lowerToWorstCase(seen, ceilings, limits, inForce, budgetWatts);
        double[] lowestWatts = new double[count];
        double[] presentWatts = new double[count];
        for (int i = 0; i < count; i++) {
            ReplicaCounts replicas = services.get(i).replicas();
            int running = Math.min(inForce[i], replicas.ready() + replicas.starting());
            ceilings[i] = Math.max(ceilings[i], running);
            ReplicaPower power = services.get(i).replicaPower();
            lowestWatts[i] = ceilings[i] * power.worstCaseWatts(power.minGpuLimitWatts());
            presentWatts[i] = ceilings[i] * power.worstCaseWatts(limits[i]);
        }
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        List<GroupCap> caps = new ArrayList<>(GroupCap.of(seen.budgets(), services));
        caps.add(new GroupCap("site", budgetWatts, all));
        double[] shares = new double[count];
        Arrays.fill(shares, 1);
        boolean fits = true;
        for (GroupCap cap : caps) {
            double lowest = cap.sum(lowestWatts);
            double present = cap.sum(presentWatts);
            fits &= Math.min(lowest, present) <= cap.watts();
            // The worst case is convex in the limit, so the chord between the lowest and the present limit is safe.
            double share = present <= cap.watts() ? 1 : Math.max(0, (cap.watts() - lowest) / (present - lowest));
            Arrays.setAll(shares, i -> cap.members()[i] ? Math.min(shares[i], share) : shares[i]);
        }
        for (int i = 0; i < count; i++) {
            double lowest = services.get(i).replicaPower().minGpuLimitWatts();
            if (shares[i] < 1) {
                limits[i] = Math.max(lowest, Math.floor(lowest + shares[i] * (limits[i] - lowest)));
            }
        }
        return fits || lowerToWorstCase(seen, ceilings, limits, ceilings.clone(), budgetWatts);
    }

    /** The policy's actions inside the rails, with raises let through a few at a time. */
    private Step<State<S>> released(State<S> state, Step<S> inner, @Nullable Long since, Observation seen) {
        Map<String, ServiceAction> wishes = new LinkedHashMap<>();
        for (ServiceAction action : inner.decision().actions()) {
            wishes.put(action.service(), action);
        }
        if (!policy.setsCeilings() && wishes.isEmpty()) {
            for (ServiceReading service : seen.services()) {
                if (service.replicas().ceiling() < service.replicas().originalCeiling()) {
                    wishes.put(
                            service.name(),
                            ServiceAction.ceiling(
                                    service.name(), service.replicas().originalCeiling()));
                }
            }
        }
        Map<String, ServiceReading> services = new HashMap<>();
        for (ServiceReading service : seen.services()) {
            services.put(service.name(), service);
        }
        Map<String, Long> raisedAt = new TreeMap<>();
        state.raisedAtNanos().forEach((service, at) -> {
            if (services.containsKey(service) && seen.nowNanos() - at < rails.raiseIntervalNanos()) {
                raisedAt.put(service, at);
            }
        });
        List<Raise> raises = new ArrayList<>();
        Set<String> starting = new HashSet<>();
        wishes.replaceAll((name, wish) -> {
            ServiceReading service = services.get(name);
            if (service == null) {
                return wish;
            }
            Raise raise = Raise.of(wish, service, rails);
            raises.add(raise);
            if (raise.addedReplicas() > 0) {
                starting.add(name);
            }
            return raise.wish();
        });
        RaisePace pace = new RaisePace(rails, seen.nowNanos(), state.pace());
        List<Raise> due = new ArrayList<>(raises);
        due.removeIf(raise -> since != null
                || raisedAt.containsKey(raise.name())
                || !raise.isOne(pace.mayStart(raise.name(), starting)));
        long random = state.random();
        int next = Raise.position(pace.waiting(), due);
        pace.drawAnew();
        Set<String> mayRaise = new HashSet<>();
        Set<String> mayStart = new HashSet<>();
        // Half of those due, at least one: with two or more, never all in one step.
        for (int left = Math.max(1, due.size() / 2); left > 0 && !due.isEmpty(); left--) {
            if (next < 0) {
                random = SplitMix64.next(random);
                next = SplitMix64.below(random, due.size());
            }
            Raise raise = due.remove(next);
            next = -1;
            boolean ceilingFree = pace.mayStart(raise.name(), starting);
            boolean starts = ceilingFree && starting.contains(raise.name());
            if (!pace.passes(raise.name(), raise.addedWatts(starts), starts)) {
                break;
            }
            mayRaise.add(raise.name());
            raisedAt.put(raise.name(), seen.nowNanos());
            if (ceilingFree) {
                mayStart.add(raise.name());
            }
            due.removeIf(other -> !other.isOne(pace.mayStart(other.name(), starting)));
        }
        Set<String> served = servedRoutes(wishes.values(), services);
        List<ServiceAction> actions = new ArrayList<>();
        for (ServiceAction wish : wishes.values()) {
            ServiceReading service = services.get(wish.service());
            ServiceAction railed = service == null
                    ? null
                    : railed(
                            wish,
                            service,
                            mayRaise.contains(wish.service()),
                            mayStart.contains(wish.service()),
                            served);
            if (railed != null) {
                actions.add(railed);
            }
        }
        Decision wished = inner.decision();
        Decision decision;
        if (wished.actions().isEmpty() && !actions.isEmpty()) {
            decision = new Decision(actions, "ceilings-restored", "owner's maximum given back; " + wished.reason());
        } else if (actions.isEmpty() && !wished.actions().isEmpty()) {
            decision = Decision.hold("raise-held", wished.reason());
        } else {
            decision = new Decision(actions, wished.code(), wished.reason());
        }
        return new Step<>(new State<>(inner.state(), since, raisedAt, random, pace.pace()), flagged(decision, seen));
    }

    /** The routes of which the wishes give some pool a weight above 0. */
    private static Set<String> servedRoutes(Iterable<ServiceAction> wishes, Map<String, ServiceReading> services) {
        Set<String> routes = new HashSet<>();
        for (ServiceAction wish : wishes) {
            ServiceReading service = services.get(wish.service());
            Double weight = wish.routingWeight();
            String route = service == null ? null : service.gateway().route();
            if (weight != null && weight > 0 && route != null) {
                routes.add(route);
            }
        }
        return routes;
    }

    /**
     * One action inside the rails; null when nothing is left of it.
     *
     * @param mayRaise whether levers may rise
     * @param mayStart whether the ceiling is among them
     * @param servedRoutes routes of which some pool has a weight above 0 in this step
     */
    private @Nullable ServiceAction railed(
            ServiceAction wish, ServiceReading service, boolean mayRaise, boolean mayStart, Set<String> servedRoutes) {
        ReplicaCounts replicas = service.replicas();
        Integer ceiling = wish.replicaCeiling();
        if (ceiling != null) {
            ceiling = Raise.railedCeiling(ceiling, replicas, mayStart ? rails.maxRaisePerStep() : 0);
            if (ceiling == replicas.ceiling()) {
                ceiling = null;
            }
        }
        ReplicaPower power = service.replicaPower();
        Double limit = wish.gpuLimitWatts();
        if (limit != null) {
            double most = mayRaise ? power.maxGpuLimitWatts() : power.enforcedGpuLimitWatts();
            limit = Math.max(power.minGpuLimitWatts(), Math.min(most, limit));
            if (limit == power.gpuLimitWatts()) {
                limit = null;
            }
        }
        Integer clock = wish.clockMegahertz();
        if (clock != null) {
            int highest = Raise.highestClock(clock, power);
            if (highest == power.clockMegahertz() || (highest > power.enforcedClockMegahertz() && !mayRaise)) {
                clock = null;
            }
        }
        Boolean freeze = wish.freezeGrowth();
        if (freeze != null && (freeze == replicas.growthFrozen() || (!freeze && !mayRaise))) {
            freeze = null;
        }
        ServiceAction railed = new ServiceAction(
                wish.service(),
                ceiling,
                freeze,
                limit,
                clock,
                railedConcurrency(wish.concurrencyLimit(), service.gateway(), mayRaise),
                railedWeight(wish.routingWeight(), service.gateway(), servedRoutes),
                railedAdmission(wish.admissionShare(), service.gateway(), mayRaise),
                wish.urgent());
        return railed.isEmpty() ? null : railed;
    }

    private static @Nullable Integer railedConcurrency(
            @Nullable Integer wish, GatewayReading gateway, boolean mayRaise) {
        if (wish == null || gateway.maxConcurrencyLimit() == 0) {
            return null;
        }
        double most = mayRaise ? gateway.maxConcurrencyLimit() : gateway.enforcedConcurrency();
        int sequences = (int) Math.max(1, Math.min(most, wish));
        return sequences == gateway.concurrencyLimit() ? null : (Integer) sequences;
    }

    /** Written again though it was read back already: a late reading says nothing of what is under way. */
    private static @Nullable Double railedWeight(
            @Nullable Double wish, GatewayReading gateway, Set<String> servedRoutes) {
        if (wish == null || wish.isNaN() || gateway.route() == null) {
            return null;
        }
        double weight = Math.max(0, Math.min(1, wish));
        return weight > 0 || servedRoutes.contains(gateway.route()) ? (Double) weight : null;
    }

    private static @Nullable Double railedAdmission(@Nullable Double wish, GatewayReading gateway, boolean mayRaise) {
        if (wish == null || wish.isNaN() || gateway.maxAdmissionShare() == 0) {
            return null;
        }
        double most = mayRaise ? gateway.maxAdmissionShare() : gateway.enforcedAdmission();
        double share = Math.max(0, Math.min(most, wish));
        return share == gateway.admissionShare() ? null : (Double) share;
    }

    /** Marks a cap that no policy can hold: the floors do not fit it even at the lowest GPU limits. */
    private static Decision flagged(Decision decision, Observation seen) {
        List<ServiceReading> services = seen.services();
        double[] floors = new double[services.size()];
        double watts = seen.overheadWatts();
        for (int i = 0; i < floors.length; i++) {
            ReplicaPower power = services.get(i).replicaPower();
            floors[i] = services.get(i).replicas().lowestCeiling() * power.worstCaseWatts(power.minGpuLimitWatts());
            watts += floors[i];
        }
        if (decision.code().equals("infeasible")) {
            return decision;
        }
        if (watts > seen.allowedWatts()) {
            return infeasible(decision, "", watts, seen.allowedWatts());
        }
        for (GroupCap budget : GroupCap.of(seen.budgets(), services)) {
            if (budget.sum(floors) > budget.watts()) {
                return infeasible(decision, " of " + budget.name(), budget.sum(floors), budget.watts());
            }
        }
        return decision;
    }

    private static Decision infeasible(Decision decision, String whose, double watts, double allowedWatts) {
        String reason = String.format(
                Locale.ROOT,
                "the floors%s need %.0f W of %.0f W even at the lowest GPU limits; %s",
                whose,
                watts,
                allowedWatts,
                decision.reason());
        return new Decision(decision.actions(), "infeasible", reason);
    }

    /** {@code State<inner>} for libraries that bind from {@link Type}. */
    private record StateJsonType(Type inner) implements ParameterizedType {

        @Override
        public Type[] getActualTypeArguments() {
            return new Type[] {inner};
        }

        @Override
        public Type getRawType() {
            return State.class;
        }

        @Override
        public Type getOwnerType() {
            return CapController.class;
        }
    }
}
