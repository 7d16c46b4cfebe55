package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * POLCA: oversubscribes a row of inference servers with locked GPU clocks, whose commands take up to 40 s and may fail
 * silently. Over T1 of the root's limit low priority goes to its first clock, over T2 to its second one and then, if that
 * was not enough, high priority to its own; over the limit itself everything brakes. Source: Patel et al.,
 * "Characterizing Power Management Opportunities for LLMs in the Cloud", ASPLOS 2024, from second-hand accounts.
 *
 * <p>Low priority are the services of the lowest priority present, high all others; services of one class only are all low.
 * A step is undone once the readings have fallen under its threshold less the release band, were sampled after its command
 * must have landed, and the clocks are seen in force: first high priority, then low priority one step at a time. A command
 * whose clock is not read back once it must have landed is sent again.
 *
 * <p>Clocks are shares of the highest clock that the owner allows. The threshold of an actuator with another latency is
 * found by {@link ActionThreshold}.
 */
public final class PolcaPolicy implements CappingPolicy<PolcaPolicy.State> {

    private static final int UNCAPPED = 0;
    private static final int LOW_CAPPED = 1;
    private static final int LOW_CAPPED_MORE = 2;
    private static final int ALL_CAPPED = 3;

    /** Boards take clocks in steps of 15 MHz, so that a lock may be read back as a neighbour of what was asked for. */
    private static final double CLOCK_STEP_MEGAHERTZ = 15;

    /**
     * What is capped and what was commanded.
     *
     * @param level from 0, nothing, to 3, everything
     * @param braking whether the brake is on, above the level
     * @param changedAtNanos when either changed the clocks last; null before the first time
     * @param commands the last one to each service, by name
     */
    public record State(
            int level, boolean braking, @Nullable Long changedAtNanos, Map<String, Command> commands) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            commands = Collections.unmodifiableMap(new TreeMap<>(commands));
        }
    }

    /**
     * A command to the GPUs of a service.
     *
     * @param megahertz clock to lock, 0 to unlock
     * @param urgent whether it went by the fast path of the brake
     */
    public record Command(int megahertz, boolean urgent, long sentAtNanos) {}

    /**
     * Shares of the root's limit.
     *
     * @param low T1: low priority goes to its first clock above it
     * @param high T2: low priority goes to its second clock above it, then high priority to its own
     * @param brake everything brakes above it
     * @param release how far under T1 or T2 readings must fall to undo its step
     */
    record Thresholds(double low, double high, double brake, double release) {}

    /** Shares of the highest clock; 1 leaves a clock alone. */
    record Clocks(double low, double lowMore, double high, double brake) {}

    private final Thresholds thresholds;
    private final Clocks clocks;
    private final long latencyNanos;
    private final long brakeLatencyNanos;
    private final boolean byPriority;

    PolcaPolicy(Thresholds thresholds, Clocks clocks, long latencyNanos, long brakeLatencyNanos, boolean byPriority) {
        this.thresholds = thresholds;
        this.clocks = clocks;
        this.latencyNanos = latencyNanos;
        this.brakeLatencyNanos = brakeLatencyNanos;
        this.byPriority = byPriority;
    }

    @Override
    public State initialState() {
        return new State(UNCAPPED, false, null, Map.of());
    }

    @Override
    public Senses senses() {
        return Senses.ROOT;
    }

    @Override
    public boolean limitsGpuPower() {
        return true;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        double power = seen.rootPower().watts() / seen.allowedWatts();
        String reason = String.format(Locale.ROOT, "root reads %.1f %% of %.0f W", 100 * power, seen.allowedWatts());
        int lowest = seen.lowestPriority();
        boolean anyHigh = byPriority && seen.services().stream().anyMatch(service -> service.priority() > lowest);
        State next = judged(state, power, anyHigh ? ALL_CAPPED : LOW_CAPPED_MORE, lowest, seen);
        Map<String, Command> commands = new TreeMap<>();
        List<ServiceAction> actions = new ArrayList<>();
        boolean anyClock = false;
        for (ServiceReading service : seen.services()) {
            Command command = state.commands().get(service.name());
            Command newer = command(next, state.braking(), command, service, lowest, seen);
            Integer clock = newer == null ? null : (Integer) newer.megahertz();
            Double limit = liftsLimits(next, power) ? liftedLimit(service.replicaPower()) : null;
            if (clock != null || limit != null) {
                boolean urgent = newer != null && newer.urgent();
                actions.add(new ServiceAction(service.name(), null, null, limit, clock, null, null, null, urgent));
            }
            if (newer != null || command != null) {
                commands.put(service.name(), newer != null ? newer : command);
            }
            anyClock |= service.replicaPower().maxClockMegahertz() > 0;
        }
        State sent = new State(next.level(), next.braking(), next.changedAtNanos(), commands);
        String code = anyClock ? code(next) : "no-clock";
        return new Step<>(sent, new Decision(actions, code, reason));
    }

    /** The state after this reading, with the commands of the step before. */
    private State judged(State state, double power, int most, int lowest, Observation seen) {
        boolean braking = state.braking();
        int level = Math.min(state.level(), most);
        long sampledAt = seen.nowNanos() - seen.rootPower().ageNanos();
        if (power > thresholds.brake()) {
            braking = true;
            level = most;
        } else if (braking) {
            braking = power >= thresholds.high() - thresholds.release()
                    || !landed(state, brakeLatencyNanos, sampledAt)
                    || !inForce(state, lowest, seen);
        } else if (power > thresholds.high()) {
            level = level < LOW_CAPPED_MORE ? LOW_CAPPED_MORE : landed(state, latencyNanos, sampledAt) ? most : level;
        } else if (power > thresholds.low()) {
            level = Math.max(level, LOW_CAPPED);
        }
        double undoUnder = level >= LOW_CAPPED_MORE ? thresholds.high() : thresholds.low();
        if (!state.braking()
                && level > UNCAPPED
                && power < undoUnder - thresholds.release()
                && landed(state, latencyNanos, sampledAt)
                && inForce(state, lowest, seen)) {
            level--;
        }
        State next = new State(level, braking, state.changedAtNanos(), state.commands());
        boolean changes = seen.services().stream()
                .anyMatch(service -> target(next, service, lowest) != target(state, service, lowest));
        return changes ? new State(level, braking, seen.nowNanos(), state.commands()) : next;
    }

    private static boolean landed(State state, long latencyNanos, long sampledAtNanos) {
        Long changedAt = state.changedAtNanos();
        return changedAt == null || sampledAtNanos >= changedAt + latencyNanos;
    }

    private boolean inForce(State state, int lowest, Observation seen) {
        return seen.services().stream()
                .allMatch(service -> inForce(target(state, service, lowest), service.replicaPower()));
    }

    /** Whether a clock is read back; what cannot be read is trusted. */
    private static boolean inForce(int megahertz, ReplicaPower power) {
        int highest = megahertz == 0 ? power.maxClockMegahertz() : megahertz;
        return Double.isNaN(power.clockMegahertz())
                || Math.abs(power.clockMegahertz() - highest) <= CLOCK_STEP_MEGAHERTZ;
    }

    /** The clock that a state wants for a service, 0 for the owner's. */
    private int target(State state, ServiceReading service, int lowest) {
        double share = 1;
        if (state.braking()) {
            share = clocks.brake();
        } else if (!byPriority || service.priority() == lowest) {
            share = state.level() >= LOW_CAPPED_MORE
                    ? clocks.lowMore()
                    : state.level() == LOW_CAPPED ? clocks.low() : 1;
        } else if (state.level() == ALL_CAPPED) {
            share = clocks.high();
        }
        return share >= 1 ? 0 : (int) Math.round(share * service.replicaPower().maxClockMegahertz());
    }

    /** The command that a service needs now; null where it needs none. */
    private @Nullable Command command(
            State state, boolean braked, @Nullable Command last, ServiceReading service, int lowest, Observation seen) {
        ReplicaPower power = service.replicaPower();
        if (power.maxClockMegahertz() == 0) {
            return null;
        }
        int target = target(state, service, lowest);
        if (target != (last == null ? 0 : last.megahertz())) {
            // A brake is let go by the path that it came by.
            return new Command(target, state.braking() || braked, seen.nowNanos());
        }
        boolean urgent = last != null && last.urgent();
        long landsAt = last == null ? Long.MIN_VALUE : last.sentAtNanos() + (urgent ? brakeLatencyNanos : latencyNanos);
        long readAt = seen.nowNanos() - service.power().ageNanos();
        return inForce(target, power) || readAt < landsAt ? null : new Command(target, urgent, seen.nowNanos());
    }

    /** The guard limits GPUs while telemetry is lost; nobody else gives that back. */
    private boolean liftsLimits(State state, double power) {
        return !state.braking() && state.level() == UNCAPPED && power < thresholds.low() - thresholds.release();
    }

    private static @Nullable Double liftedLimit(ReplicaPower power) {
        return power.gpuLimitWatts() < power.maxGpuLimitWatts() ? (Double) power.maxGpuLimitWatts() : null;
    }

    private static String code(State state) {
        if (state.braking()) {
            return "brake";
        }
        return switch (state.level()) {
            case UNCAPPED -> "steady";
            case LOW_CAPPED -> "low-capped";
            case LOW_CAPPED_MORE -> "low-capped-more";
            default -> "all-capped";
        };
    }

    /** Makes the policy {@code polca}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "Patel et al., ASPLOS 2024";

        /** For the service loader. */
        public Factory() {
            super(
                    "polca",
                    "Locks GPU clocks, low priority first, at 80 % and 89 % of the cap; brakes everything above it.",
                    "Patel et al., Characterizing Power Management Opportunities for LLMs in the Cloud (POLCA),"
                            + " ASPLOS 2024 (second-hand accounts)",
                    "thresholds and clocks high, for A100; brake latency and period medium; order of undo Capstan's own",
                    List.of("GPU clock"),
                    true,
                    threshold("t1_ratio", 0.80, "Share of the limit above which low priority goes to its first clock."),
                    threshold("t2_ratio", 0.89, "Share above which low priority goes to its second clock, then high."),
                    threshold("brake_ratio", 1, "Share above which everything brakes."),
                    new PolicyParameter(
                            "release_ratio",
                            "ratio",
                            0.05,
                            0,
                            1,
                            "How far under T1 or T2 power must fall until its step is undone.",
                            SOURCE),
                    clock("low_clock", 0.904, "First clock of low priority; 1 leaves it alone.", "1275 of 1410 MHz"),
                    clock("low_second_clock", 0.787, "Its second clock; 1 leaves it alone.", "1110 of 1410 MHz"),
                    clock("high_clock", 0.9255, "Clock of high priority; 1 leaves it alone.", "1305 of 1410 MHz"),
                    clock("brake_clock", 0.204, "Clock of everything on the brake.", "288 of 1410 MHz"),
                    new PolicyParameter(
                            "latency_seconds",
                            "seconds",
                            40,
                            0,
                            600,
                            "Time for a clock to land and be read back; what is not there then is sent again.",
                            SOURCE + ": out of band up to 40 s"),
                    new PolicyParameter(
                            "brake_latency_seconds",
                            "seconds",
                            5,
                            0,
                            600,
                            "The same for the brake.",
                            SOURCE + ": up to 5 s"),
                    new PolicyParameter(
                            "by_priority",
                            "switch",
                            1,
                            0,
                            1,
                            "0 takes all services for low priority.",
                            SOURCE + ": its baseline with one threshold for all has 0"));
        }

        private static PolicyParameter threshold(String name, double ratio, String description) {
            return new PolicyParameter(name, "ratio", ratio, 0.01, 10, description, SOURCE);
        }

        private static PolicyParameter clock(String name, double share, String description, String megahertz) {
            return new PolicyParameter(
                    name, "ratio", share, 0.1, 1, description, SOURCE + ": " + megahertz + " on A100");
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new PolcaPolicy(
                    new Thresholds(
                            value(parameters, "t1_ratio"),
                            value(parameters, "t2_ratio"),
                            value(parameters, "brake_ratio"),
                            value(parameters, "release_ratio")),
                    new Clocks(
                            value(parameters, "low_clock"),
                            value(parameters, "low_second_clock"),
                            value(parameters, "high_clock"),
                            value(parameters, "brake_clock")),
                    (long) (value(parameters, "latency_seconds") * 1e9),
                    (long) (value(parameters, "brake_latency_seconds") * 1e9),
                    value(parameters, "by_priority") == 1);
        }
    }
}
