package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Thunderbolt: takes throughput from victims, the services of the lowest priority present, by multiplicative cuts of their
 * share, and gives it back step by step at random times, so that they do not return together. Over the high threshold a
 * share is cut almost to nothing, and from then on also over the low one, gently. Source: Li et al., "Thunderbolt:
 * Throughput-Optimized, Quality-of-Service-Aware Power Capping at Scale", OSDI 2020, from second-hand accounts.
 *
 * <p>The share is one of the highest GPU clock or of the highest GPU limit, and ends where the lever does.
 *
 * <p>Without telemetry victims are jailed at a fixed share as soon as power may have grown over the limit since the last
 * sample: by so many standard deviations of what it changed by from sample to sample, growing with the square root of time.
 * This stands for the published risk that a breaker trips, on the safe side. After a time without telemetry the
 * worst case is held. The guard rails' own answer to lost telemetry would come too late, so the policy declares no reading
 * that it cannot do without.
 */
public final class ThunderboltPolicy implements CappingPolicy<ThunderboltPolicy.State> {

    /** Boards take clocks in steps of 15 MHz, so that a lock may be read back as a neighbour of what was asked for. */
    private static final double CLOCK_STEP_MEGAHERTZ = 15;

    /** Weight of the newest change in the variance of changes: a memory of some 50 samples. */
    private static final double HISTORY_WEIGHT = 0.02;

    private static final int LEAST_RELEASE_SECONDS = 1;
    private static final int MOST_RELEASE_SECONDS = 10;

    /**
     * Shares of the victims and what was seen.
     *
     * @param shares of those that are cut, by service
     * @param releaseAtNanos when each of these may rise next, by service
     * @param armedAtNanos last instant at or over the low threshold since a hard cut; null while the low threshold sleeps
     * @param cutAtNanos instant of the last cut; null before the first
     * @param sample the newest reading that could be used; null before the first
     * @param variancePerSecond of the changes of power over the limit
     * @param blindSinceNanos first instant without a complete reading; null while there is one
     * @param random state of the random stream
     */
    public record State(
            Map<String, Double> shares,
            Map<String, Long> releaseAtNanos,
            @Nullable Long armedAtNanos,
            @Nullable Long cutAtNanos,
            @Nullable Sample sample,
            double variancePerSecond,
            @Nullable Long blindSinceNanos,
            long random) {

        /** Copies the maps in the order of their keys, so that equal states are written as equal JSON. */
        public State {
            shares = Collections.unmodifiableMap(new TreeMap<>(shares));
            releaseAtNanos = Collections.unmodifiableMap(new TreeMap<>(releaseAtNanos));
        }
    }

    /**
     * A reading of the root.
     *
     * @param watts power
     * @param sampledAtNanos when
     */
    public record Sample(double watts, long sampledAtNanos) {}

    /**
     * Cuts and releases.
     *
     * @param high share of the limit above which victims are cut hard
     * @param low share above which they are cut gently once armed
     * @param hardFactor of a hard cut
     * @param softFactor of a gentle cut
     * @param release share that a release gives back
     * @param settleNanos readings sampled sooner after a cut do not cut again
     * @param disarmNanos time under the low threshold after which it sleeps again
     */
    record Cuts(
            double high,
            double low,
            double hardFactor,
            double softFactor,
            double release,
            long settleNanos,
            long disarmNanos) {}

    /**
     * What is done without telemetry.
     *
     * @param share of the victims in jail
     * @param deviations standard deviations by which power may have grown
     * @param lostNanos age of the newest reading from which telemetry counts as lost
     * @param holdNanos time without a complete reading after which the worst case is held
     */
    record Jail(double share, double deviations, long lostNanos, long holdNanos) {}

    private final Cuts cuts;
    private final Jail jail;
    private final boolean byClock;
    private final double lowestClockShare;
    private final long seed;

    ThunderboltPolicy(Cuts cuts, Jail jail, boolean byClock, double lowestClockShare, long seed) {
        this.cuts = cuts;
        this.jail = jail;
        this.byClock = byClock;
        this.lowestClockShare = lowestClockShare;
        this.seed = seed;
    }

    @Override
    public State initialState() {
        return new State(Map.of(), Map.of(), null, null, null, 0, null, seed);
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        PowerReading root = seen.rootPower();
        long now = seen.nowNanos();
        boolean readable = root.isFresh() || root.quality() == Quality.PARTIAL;
        Long blindSince =
                root.isFresh() ? null : state.blindSinceNanos() == null ? (Long) now : state.blindSinceNanos();
        Memory memory = new Memory(state, seen);
        if (readable) {
            memory.learn(root);
        }
        String code;
        if (blindSince != null && now - blindSince >= jail.holdNanos()) {
            memory.jail(jail.share());
            Decision safe = CapController.safeDecision(seen, now - blindSince, true);
            return new Step<>(memory.state(blindSince), safe);
        }
        if (mayHaveGrownOver(memory, seen)) {
            code = memory.jail(jail.share()) ? "jailed" : "in-jail";
        } else if (!readable) {
            code = "telemetry-lost";
        } else {
            code = judged(memory, root, seen);
        }
        String reason = memory.sample == null
                ? "the root never had a reading"
                : String.format(
                        Locale.ROOT,
                        "root read %.1f %% of %.0f W %.1f s ago",
                        100 * memory.sample.watts() / seen.allowedWatts(),
                        seen.allowedWatts(),
                        (now - memory.sample.sampledAtNanos()) / 1e9);
        return new Step<>(
                memory.state(blindSince), new Decision(actions(memory, blindSince == null, seen), code, reason));
    }

    /** Whether telemetry is lost and power may have grown over the limit since it was there. */
    private boolean mayHaveGrownOver(Memory memory, Observation seen) {
        Sample sample = memory.sample;
        if (sample == null) {
            return true;
        }
        long lostNanos = seen.nowNanos() - sample.sampledAtNanos();
        if (lostNanos <= jail.lostNanos()) {
            return false;
        }
        double growth = jail.deviations() * StrictMath.sqrt(memory.variancePerSecond * lostNanos / 1e9);
        return sample.watts() / seen.allowedWatts() + growth > 1;
    }

    private String judged(Memory memory, PowerReading root, Observation seen) {
        double power = root.watts() / seen.allowedWatts();
        long now = seen.nowNanos();
        boolean hard = power > cuts.high();
        if (hard || (power >= cuts.low() && memory.armedAt != null)) {
            memory.armedAt = now;
        } else if (memory.armedAt != null && now - memory.armedAt >= cuts.disarmNanos()) {
            memory.armedAt = null;
        }
        if (hard || (power > cuts.low() && memory.armedAt != null)) {
            Long cutAt = memory.cutAt;
            // A sample from before the last cut has landed would make the same cut twice.
            if (cutAt != null && now - root.ageNanos() < cutAt + cuts.settleNanos()) {
                return "settling";
            }
            memory.cut(hard ? cuts.hardFactor() : cuts.softFactor());
            return hard ? "cut-hard" : "cut";
        }
        return !memory.shares.isEmpty() && root.isFresh() && memory.release(cuts.release()) ? "released" : "steady";
    }

    /** Brings every lever to its share. Raises only in sight of a meter: what is in force may be the worst case's. */
    private List<ServiceAction> actions(Memory memory, boolean sees, Observation seen) {
        List<ServiceAction> actions = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            double share = memory.shares.getOrDefault(service.name(), 1.0);
            ReplicaPower power = service.replicaPower();
            ServiceAction action = locksClock(power) ? clock(service, share) : null;
            double clock = share * power.maxClockMegahertz();
            if (action == null) {
                double limit = locksClock(power) ? power.maxGpuLimitWatts() : limit(power, share);
                boolean lowers = limit < power.enforcedGpuLimitWatts();
                action = sees || lowers ? GpuLimitRange.toward(service, limit) : null;
            } else if (!sees && clock > power.clockMegahertz()) {
                action = null;
            }
            if (action != null) {
                actions.add(action);
            }
        }
        return actions;
    }

    private boolean locksClock(ReplicaPower power) {
        return byClock && power.maxClockMegahertz() > 0;
    }

    private static @Nullable ServiceAction clock(ServiceReading service, double share) {
        ReplicaPower power = service.replicaPower();
        int highest = power.maxClockMegahertz();
        int clock = (int) Math.round(share * highest);
        boolean inForce = Double.isNaN(power.clockMegahertz())
                ? share >= 1
                : Math.abs(power.clockMegahertz() - clock) <= CLOCK_STEP_MEGAHERTZ;
        return inForce ? null : ServiceAction.clock(service.name(), share >= 1 ? 0 : clock, false);
    }

    private static double limit(ReplicaPower power, double share) {
        return Math.max(power.minGpuLimitWatts(), Math.floor(share * power.maxGpuLimitWatts()));
    }

    /** The least share that the lever of a service reaches. */
    private double leastShare(ReplicaPower power) {
        return locksClock(power) ? lowestClockShare : power.minGpuLimitWatts() / power.maxGpuLimitWatts();
    }

    /** The state while a step works on it. */
    private final class Memory {

        final Map<String, Double> shares = new HashMap<>();
        private final Map<String, Long> releaseAt = new HashMap<>();
        private final List<ServiceReading> victims;
        private final long now;
        private final double limitWatts;

        @Nullable Long armedAt;

        @Nullable Long cutAt;

        @Nullable Sample sample;

        double variancePerSecond;
        private long random;

        Memory(State state, Observation seen) {
            int lowest = seen.lowestPriority();
            victims = seen.services().stream()
                    .filter(service -> service.priority() == lowest)
                    .toList();
            for (ServiceReading victim : victims) {
                Double share = state.shares().get(victim.name());
                if (share != null) {
                    shares.put(victim.name(), share);
                    releaseAt.put(victim.name(), state.releaseAtNanos().getOrDefault(victim.name(), 0L));
                }
            }
            now = seen.nowNanos();
            limitWatts = seen.allowedWatts();
            armedAt = state.armedAtNanos();
            cutAt = state.cutAtNanos();
            sample = state.sample();
            variancePerSecond = state.variancePerSecond();
            random = state.random();
        }

        /** Takes a reading up that is newer than the last one. */
        void learn(PowerReading root) {
            long sampledAt = now - root.ageNanos();
            if (sample != null && sampledAt <= sample.sampledAtNanos()) {
                return;
            }
            if (sample != null) {
                double change = (root.watts() - sample.watts()) / limitWatts;
                double perSecond = change * change / ((sampledAt - sample.sampledAtNanos()) / 1e9);
                variancePerSecond += HISTORY_WEIGHT * (perSecond - variancePerSecond);
            }
            sample = new Sample(root.watts(), sampledAt);
        }

        void cut(double factor) {
            for (ServiceReading victim : victims) {
                double share = shares.getOrDefault(victim.name(), 1.0) * factor;
                put(victim, Math.max(leastShare(victim.replicaPower()), share));
            }
            cutAt = now;
        }

        /** Cuts to a fixed share those above it; false when there are none. */
        boolean jail(double most) {
            boolean any = false;
            for (ServiceReading victim : victims) {
                double share = Math.max(leastShare(victim.replicaPower()), most);
                if (shares.getOrDefault(victim.name(), 1.0) > share) {
                    put(victim, share);
                    any = true;
                }
            }
            return any;
        }

        /** Gives every victim whose time has come a step back; false when there is none. */
        boolean release(double step) {
            boolean any = false;
            for (ServiceReading victim : victims) {
                Double share = shares.get(victim.name());
                if (share == null || now < releaseAt.getOrDefault(victim.name(), 0L)) {
                    continue;
                }
                any = true;
                if (share + step >= 1) {
                    shares.remove(victim.name());
                    releaseAt.remove(victim.name());
                } else {
                    put(victim, share + step);
                }
            }
            return any;
        }

        private void put(ServiceReading victim, double share) {
            random = SplitMix64.next(random);
            shares.put(victim.name(), share);
            releaseAt.put(
                    victim.name(), now + SplitMix64.nanosBetween(random, LEAST_RELEASE_SECONDS, MOST_RELEASE_SECONDS));
        }

        State state(@Nullable Long blindSince) {
            return new State(shares, releaseAt, armedAt, cutAt, sample, variancePerSecond, blindSince, random);
        }
    }

    /** Makes the policy {@code thunderbolt}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "Li et al., OSDI 2020 (second-hand)";

        /** For the service loader. */
        public Factory() {
            super(
                    "thunderbolt",
                    "Cuts the lowest priority hard at 98 %, gently at 96 %; releases at random; jails it when blind.",
                    "Li et al., Thunderbolt, OSDI 2020 (second-hand accounts)",
                    "structure medium; thresholds, factors and release medium; timers and the model of risk assumptions",
                    List.of("GPU clock", "GPU power limit"),
                    true,
                    ratio("high_ratio", 0.98, 0.01, 10, "Share of the limit above which victims are cut hard.", SOURCE),
                    ratio("low_ratio", 0.96, 0.01, 10, "Share above which they are cut gently after that.", SOURCE),
                    ratio("hard_factor", 0.01, 0, 1, "Factor of a hard cut.", SOURCE),
                    ratio("soft_factor", 0.75, 0, 1, "Factor of a gentle cut.", SOURCE),
                    ratio("release_step", 0.05, 0.001, 1, "Share given back every 1 to 10 s, at random.", SOURCE),
                    seconds("settle_seconds", 1, "Time for a cut to land; readings sampled sooner do not cut again."),
                    seconds("disarm_seconds", 60, "Time under the low threshold after which it sleeps again."),
                    ratio("jail_share", 0.2, 0.01, 1, "Share of victims without telemetry.", SOURCE),
                    new PolicyParameter(
                            "jail_deviations",
                            "deviations",
                            3,
                            0,
                            20,
                            "Standard deviations by which power may have grown since the last sample.",
                            "assumption: 3 are a risk of 0.13 % in a normal walk"),
                    seconds("lost_seconds", 10, "Age of the newest reading from which telemetry counts as lost."),
                    seconds("hold_seconds", 60, "Time without a complete reading until the worst case is held."),
                    new PolicyParameter(
                            "by_clock",
                            "switch",
                            1,
                            0,
                            1,
                            "1 takes the GPU clock for the share, 0 the GPU limit.",
                            "Capstan: the lever that goes lower"),
                    ratio(
                            "lowest_clock",
                            0.106,
                            0.01,
                            1,
                            "Lowest share of the highest clock that boards take.",
                            "210 of 1980 MHz, assumption"));
        }

        private static PolicyParameter ratio(
                String name, double value, double min, double max, String description, String source) {
            return new PolicyParameter(name, "ratio", value, min, max, description, source);
        }

        private static PolicyParameter seconds(String name, double value, String description) {
            return new PolicyParameter(name, "seconds", value, 0, 3600, description, "assumption");
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ThunderboltPolicy(
                    new Cuts(
                            value(parameters, "high_ratio"),
                            value(parameters, "low_ratio"),
                            value(parameters, "hard_factor"),
                            value(parameters, "soft_factor"),
                            value(parameters, "release_step"),
                            (long) (value(parameters, "settle_seconds") * 1e9),
                            (long) (value(parameters, "disarm_seconds") * 1e9)),
                    new Jail(
                            value(parameters, "jail_share"),
                            value(parameters, "jail_deviations"),
                            (long) (value(parameters, "lost_seconds") * 1e9),
                            (long) (value(parameters, "hold_seconds") * 1e9)),
                    value(parameters, "by_clock") == 1,
                    value(parameters, "lowest_clock"),
                    seed);
        }
    }
}
