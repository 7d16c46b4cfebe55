package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Flex: lets a room draw what its redundant feeds allow and, when one of them is lost, takes the cheapest actions that bring
 * power under what is left, all at once, within the time that power supplies ride through. What was done is verified twice;
 * if it was not enough, the next cheapest actions follow. Services are restored one at a time. Source: Zhang et al., "Flex:
 * High-Availability Datacenters With Zero Reserved Power", ISCA 2021; abstract read, deadline and algorithm recalled.
 *
 * <p>The table of a failure is worked out when the cap falls, from readings taken before, so that it fits the cap that is
 * left and needs no telemetry then ({@link CheapestShedding}). Every service can be throttled; those of the lowest priority
 * present, which other sites can stand in for, can be shut down to their floor. Replicas drain for longer than the ride-through,
 * so that a service that is shut down gets the lowest GPU limit as well.
 *
 * <p>A failure begins when the cap falls and is over when the cap is back; meanwhile power that comes to be over the cap is met by
 * the next cheapest actions, and what fits is restored. Without a failure it takes no action, unless told to.
 *
 * <p>The guard rails' answer to lost telemetry would hold the actions back, so the policy declares no reading that it cannot do
 * without; after a time without telemetry it holds the worst case.
 */
public final class FlexPolicy implements CappingPolicy<FlexPolicy.State> {

    private static final int NONE = 0;
    private static final int THROTTLED = 1;
    private static final int SHUT_DOWN = 2;

    private static final int QUIET = 0;
    private static final int BEFORE_FIRST_CHECK = 1;
    private static final int BEFORE_SECOND_CHECK = 2;

    private static final int LEAST_RESTORE_SECONDS = 1;
    private static final int MOST_RESTORE_SECONDS = 10;

    /**
     * What is done and what is known for the next failure.
     *
     * @param actions 1 throttled, 2 shut down, by service; those without an action are not named
     * @param watts last complete reading, by service
     * @param wattsBefore what services with an action drew before it
     * @param allowedWatts what was allowed in the step before; 0 before the first
     * @param failedFromWatts what was allowed before the present failure; 0 without one
     * @param stage 0 quiet, 1 before the first check, 2 before the second
     * @param startedAtNanos when the first actions of this failure were taken; null before any
     * @param changedAtNanos when the last action was taken or given back; null before any
     * @param restoreAtNanos when the next service may be restored
     * @param blindSinceNanos first instant without a complete reading of the root; null while there is one
     * @param random state of the random stream
     */
    public record State(
            Map<String, Integer> actions,
            Map<String, Double> watts,
            Map<String, Double> wattsBefore,
            double allowedWatts,
            double failedFromWatts,
            int stage,
            @Nullable Long startedAtNanos,
            @Nullable Long changedAtNanos,
            long restoreAtNanos,
            @Nullable Long blindSinceNanos,
            long random) {

        /** Copies the maps in the order of their keys, so that equal states are written as equal JSON. */
        public State {
            actions = Collections.unmodifiableMap(new TreeMap<>(actions));
            watts = Collections.unmodifiableMap(new TreeMap<>(watts));
            wattsBefore = Collections.unmodifiableMap(new TreeMap<>(wattsBefore));
        }
    }

    /**
     * Times of a failure.
     *
     * @param firstCheck after the first actions
     * @param secondCheck after the first actions: the ride-through
     * @param landing time for an action to land; readings sampled sooner verify nothing
     * @param hold time without telemetry after which the worst case is held
     */
    record Times(long firstCheck, long secondCheck, long landing, long hold) {}

    /**
     * What actions cost: weight times factor to the power of the priorities below, for all of a service that is shut down.
     *
     * @param throttle share of it that throttling costs
     * @param priorityFactor by which a priority outweighs the next lower one
     */
    record Costs(double throttle, double priorityFactor) {}

    private final double marginRatio;
    private final double throttleRatio;
    private final Costs costs;
    private final Times times;
    private final boolean onOverload;
    private final long seed;

    FlexPolicy(double marginRatio, double throttleRatio, Costs costs, Times times, boolean onOverload, long seed) {
        this.marginRatio = marginRatio;
        this.throttleRatio = throttleRatio;
        this.costs = costs;
        this.times = times;
        this.onOverload = onOverload;
        this.seed = seed;
    }

    @Override
    public State initialState() {
        return new State(Map.of(), Map.of(), Map.of(), 0, 0, QUIET, null, null, 0, null, seed);
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        PowerReading root = seen.rootPower();
        Event event = new Event(state, seen);
        Long blindSince = root.isFresh()
                ? null
                : state.blindSinceNanos() == null ? (Long) seen.nowNanos() : state.blindSinceNanos();
        if (blindSince != null && seen.nowNanos() - blindSince >= times.hold()) {
            Decision safe = CapController.safeDecision(seen, seen.nowNanos() - blindSince, true);
            return new Step<>(event.state(blindSince), safe);
        }
        String code = event.judge();
        String reason = String.format(
                Locale.ROOT,
                "%.0f W known of %.0f W, %d of %d services with an action",
                event.knownWatts(),
                seen.allowedWatts(),
                event.actions.size(),
                seen.services().size());
        return new Step<>(event.state(blindSince), new Decision(event.levers(blindSince == null), code, reason));
    }

    /** The state while a step works on it. */
    private final class Event {

        private final Observation seen;
        private final long now;
        private final long sampledAt;
        private final int lowestPriority;
        private final boolean capFell;
        private double failedFromWatts;
        final Map<String, Integer> actions = new HashMap<>();
        private final Map<String, Double> watts = new HashMap<>();
        private final Map<String, Double> wattsBefore = new HashMap<>();
        private int stage;
        private @Nullable Long startedAt;
        private @Nullable Long changedAt;
        private long restoreAt;
        private long random;

        Event(State state, Observation seen) {
            this.seen = seen;
            now = seen.nowNanos();
            sampledAt = now - seen.rootPower().ageNanos();
            lowestPriority = seen.lowestPriority();
            capFell = seen.allowedWatts() < state.allowedWatts();
            failedFromWatts =
                    capFell ? Math.max(state.failedFromWatts(), state.allowedWatts()) : state.failedFromWatts();
            stage = state.stage();
            startedAt = state.startedAtNanos();
            changedAt = state.changedAtNanos();
            restoreAt = state.restoreAtNanos();
            random = state.random();
            for (ServiceReading service : seen.services()) {
                String name = service.name();
                Integer action = state.actions().get(name);
                Double before = state.wattsBefore().get(name);
                Double last = service.power().isFresh()
                        ? (Double) service.power().watts()
                        : state.watts().get(name);
                if (action != null) {
                    actions.put(name, action);
                }
                if (before != null) {
                    wattsBefore.put(name, before);
                }
                if (last != null) {
                    watts.put(name, last);
                }
            }
        }

        /** The root as it reads or, without a complete reading, as its services read last; NaN where one never did. */
        double knownWatts() {
            if (seen.rootPower().isFresh()) {
                return seen.rootPower().watts();
            }
            double known = seen.overheadWatts();
            for (ServiceReading service : seen.services()) {
                known += service.replicas().present() == 0 ? 0 : watts.getOrDefault(service.name(), Double.NaN);
            }
            return known;
        }

        private double worstCaseWatts() {
            double worst = seen.overheadWatts();
            for (ServiceReading service : seen.services()) {
                worst += GpuLimitRange.of(service).enforcedWatts();
            }
            return worst;
        }

        /** Whether the newest reading shows what the last change did. */
        private boolean verifies() {
            Long changed = changedAt;
            return seen.rootPower().isFresh() && (changed == null || sampledAt >= changed + times.landing());
        }

        String judge() {
            double limitWatts = seen.allowedWatts();
            boolean settled = changedAt == null || !seen.rootPower().isFresh() || verifies();
            boolean watches = limitWatts < failedFromWatts || onOverload;
            if ((capFell || (stage == QUIET && settled && watches)) && knownWatts() > limitWatts) {
                startedAt = now;
                stage = BEFORE_FIRST_CHECK;
                return act(knownWatts()) ? "acted" : "floor-reached";
            }
            long sinceStart = startedAt == null ? Long.MAX_VALUE : now - startedAt;
            if (stage == BEFORE_FIRST_CHECK && sinceStart >= times.firstCheck()) {
                stage = BEFORE_SECOND_CHECK;
                if (verifies() && knownWatts() > limitWatts) {
                    return act(knownWatts()) ? "acted-again" : "floor-reached";
                }
            }
            if (stage == BEFORE_SECOND_CHECK && sinceStart >= times.secondCheck()) {
                // What cannot be verified by now may be anything that the hardware can draw.
                double sure = verifies() ? knownWatts() : worstCaseWatts();
                if (sure > limitWatts) {
                    startedAt = now;
                    stage = BEFORE_FIRST_CHECK;
                    return act(sure) ? "acted-again" : "floor-reached";
                }
                stage = QUIET;
            }
            if (actions.isEmpty() && limitWatts >= failedFromWatts) {
                failedFromWatts = 0;
            }
            if (stage == QUIET && !actions.isEmpty() && verifies() && now >= restoreAt && restore()) {
                return "restored";
            }
            return stage != QUIET ? "verifying" : actions.isEmpty() ? "steady" : "holding";
        }

        /** Takes the cheapest further actions; false when there is none left to take. */
        private boolean act(double fromWatts) {
            List<ServiceReading> services = seen.services();
            int count = services.size();
            double[][] shed = new double[count][];
            double[][] cost = new double[count][];
            for (int i = 0; i < count; i++) {
                ServiceReading service = services.get(i);
                int from = actions.getOrDefault(service.name(), NONE);
                int deepest = service.priority() == lowestPriority ? SHUT_DOWN : THROTTLED;
                int options = Math.max(1, deepest - from + 1);
                shed[i] = new double[options];
                cost[i] = new double[options];
                double drawn = drawnWatts(service);
                for (int option = 1; option < options; option++) {
                    double under = GpuLimitRange.of(service).worstCaseWatts(limit(service, from + option));
                    shed[i][option] = Math.max(0, drawn - under);
                    cost[i][option] = cost(service, from + option) - cost(service, from);
                }
            }
            int[] chosen = CheapestShedding.choose(shed, cost, fromWatts - (1 - marginRatio) * seen.allowedWatts());
            boolean any = false;
            for (int i = 0; i < count; i++) {
                if (chosen[i] > 0) {
                    String name = services.get(i).name();
                    wattsBefore.putIfAbsent(name, drawnWatts(services.get(i)));
                    actions.merge(name, chosen[i], Integer::sum);
                    any = true;
                }
            }
            if (any) {
                changedAt = now;
                drawRestore();
            }
            return any;
        }

        private double drawnWatts(ServiceReading service) {
            double worst = GpuLimitRange.of(service).enforcedWatts();
            return watts.getOrDefault(service.name(), worst);
        }

        private double cost(ServiceReading service, int action) {
            double worth =
                    service.weight() * StrictMath.pow(costs.priorityFactor(), service.priority() - lowestPriority);
            return switch (action) {
                case NONE -> 0;
                case THROTTLED -> costs.throttle() * worth;
                default -> worth;
            };
        }

        /** Restores the service whose action costs most; until the failure is over, among those that fit. */
        private boolean restore() {
            boolean over = !onOverload && seen.allowedWatts() >= failedFromWatts;
            double roomWatts = over ? Double.POSITIVE_INFINITY : (1 - marginRatio) * seen.allowedWatts() - knownWatts();
            ServiceReading best = seen.services().stream()
                    .filter(service -> actions.containsKey(service.name()))
                    .filter(service -> wattsBefore.getOrDefault(service.name(), 0.0) - drawnWatts(service) <= roomWatts)
                    .max(Comparator.comparingDouble(
                            service -> cost(service, actions.getOrDefault(service.name(), NONE))))
                    .orElse(null);
            if (best == null) {
                return false;
            }
            actions.remove(best.name());
            wattsBefore.remove(best.name());
            changedAt = now;
            drawRestore();
            return true;
        }

        private void drawRestore() {
            random = SplitMix64.next(random);
            restoreAt = now + SplitMix64.nanosBetween(random, LEAST_RESTORE_SECONDS, MOST_RESTORE_SECONDS);
        }

        /** Brings every lever to its action; raises only in sight of a meter. */
        List<ServiceAction> levers(boolean sees) {
            List<ServiceAction> levers = new ArrayList<>();
            for (ServiceReading service : seen.services()) {
                int action = actions.getOrDefault(service.name(), NONE);
                double limit = limit(service, action);
                double enforced = service.replicaPower().enforcedGpuLimitWatts();
                ReplicaCounts replicas = service.replicas();
                int ceiling = action == SHUT_DOWN ? replicas.lowestCeiling() : replicas.originalCeiling();
                boolean moves = sees ? limit != enforced : limit < enforced;
                boolean resizes = sees ? ceiling != replicas.ceiling() : ceiling < replicas.ceiling();
                if (moves || resizes) {
                    ServiceAction lever = moves
                            ? ServiceAction.gpuLimit(service.name(), limit)
                            : ServiceAction.ceiling(service.name(), ceiling);
                    levers.add(resizes ? lever.withReplicaCeiling(ceiling) : lever);
                }
            }
            return levers;
        }

        private double limit(ServiceReading service, int action) {
            ReplicaPower power = service.replicaPower();
            double lowest = power.minGpuLimitWatts();
            return switch (action) {
                case NONE -> power.maxGpuLimitWatts();
                case THROTTLED -> Math.max(lowest, Math.floor(throttleRatio * power.maxGpuLimitWatts()));
                default -> lowest;
            };
        }

        State state(@Nullable Long blindSince) {
            return new State(
                    actions,
                    watts,
                    wattsBefore,
                    seen.allowedWatts(),
                    failedFromWatts,
                    stage,
                    startedAt,
                    changedAt,
                    restoreAt,
                    blindSince,
                    random);
        }
    }

    /** Makes the policy {@code flex}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "Zhang et al., ISCA 2021 (recalled)";

        /** For the service loader. */
        public Factory() {
            super(
                    "flex",
                    "When the cap falls takes the cheapest actions that fit at once, verifies, restores one by one.",
                    "Zhang et al., Flex, ISCA 2021 (abstract read, algorithm recalled)",
                    "structure medium, deadline recalled, costs and limits assumptions",
                    List.of("GPU power limit", "replica ceiling"),
                    true,
                    new PolicyParameter(
                            "margin_ratio",
                            "ratio",
                            0.03,
                            0,
                            0.5,
                            "Share of the cap that actions and restores leave free.",
                            "assumption"),
                    new PolicyParameter(
                            "throttle_ratio",
                            "ratio",
                            0.3,
                            0,
                            1,
                            "GPU limit of a throttled service as a share of the board's highest.",
                            "assumption"),
                    new PolicyParameter(
                            "throttle_cost",
                            "ratio",
                            0.3,
                            0,
                            1,
                            "Cost of throttling a service, where shutting it down costs 1.",
                            "assumption"),
                    new PolicyParameter(
                            "priority_factor",
                            "ratio",
                            10,
                            1,
                            1000,
                            "By how much a priority outweighs the next lower one.",
                            "assumption"),
                    seconds("first_check_seconds", 3, "Time from the actions to their first check.", SOURCE),
                    seconds("second_check_seconds", 10, "Time to the second check: the ride-through.", SOURCE),
                    seconds(
                            "landing_seconds",
                            1,
                            "Time for a limit to land; readings sampled sooner verify nothing.",
                            "assumption"),
                    seconds(
                            "hold_seconds",
                            60,
                            "Time without a complete reading until the worst case is held.",
                            "assumption"),
                    new PolicyParameter(
                            "on_overload",
                            "switch",
                            0,
                            0,
                            1,
                            "1 also acts on power over a cap that did not fall.",
                            "0 as in the source"));
        }

        private static PolicyParameter seconds(String name, double value, String description, String source) {
            return new PolicyParameter(name, "seconds", value, 0, 3600, description, source);
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new FlexPolicy(
                    value(parameters, "margin_ratio"),
                    value(parameters, "throttle_ratio"),
                    new Costs(value(parameters, "throttle_cost"), value(parameters, "priority_factor")),
                    new Times(
                            nanos(parameters, "first_check_seconds"),
                            nanos(parameters, "second_check_seconds"),
                            nanos(parameters, "landing_seconds"),
                            nanos(parameters, "hold_seconds")),
                    value(parameters, "on_overload") == 1,
                    seed);
        }

        private static long nanos(Map<String, Double> parameters, String name) {
            return (long) (value(parameters, name) * 1e9);
        }
    }
}
