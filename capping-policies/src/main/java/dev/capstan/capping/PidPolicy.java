package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The textbook controller: proportional, integral and derivative action on the root's power, with the power limit of all GPUs
 * as its output, the same share of their range for every service. The error is divided by the watts that the whole range
 * moves, so that a gain of 1 asks for as many watts as are missing.
 *
 * <p>The derivative acts on the measurement, so that a cap that falls gives no kick of its own. The integral stays within
 * the range of the output and, while the guard rails hold a raise back, under what is in force: it cannot wind up.
 */
public final class PidPolicy implements CappingPolicy<PidPolicy.State> {

    /** A share this far under what was asked for is held back, not rounded. */
    private static final double HELD_SHARE = 0.01;

    /**
     * Memory of the controller.
     *
     * @param integral share of the range of limits, 0 to 1
     * @param share what was asked for last, 0 to 1
     * @param sampledAtNanos when the last reading was sampled; null before the first
     * @param watts that reading
     * @param wattsPerSecond its slope from the one before
     */
    public record State(
            double integral, double share, @Nullable Long sampledAtNanos, double watts, double wattsPerSecond) {}

    private final double setpointRatio;
    private final double gain;
    private final double integralSeconds;
    private final double derivativeSeconds;

    PidPolicy(double setpointRatio, double gain, double integralSeconds, double derivativeSeconds) {
        this.setpointRatio = setpointRatio;
        this.gain = gain;
        this.integralSeconds = integralSeconds;
        this.derivativeSeconds = derivativeSeconds;
    }

    @Override
    public State initialState() {
        return new State(1, 1, null, 0, 0);
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
        double watts = seen.rootPower().watts();
        double spanWatts = 0;
        double enforcedWatts = 0;
        for (ServiceReading service : seen.services()) {
            GpuLimitRange range = GpuLimitRange.of(service);
            spanWatts += range.spanWatts();
            enforcedWatts += range.spanWatts() * shareInForce(service.replicaPower());
        }
        String reason = String.format(Locale.ROOT, "root reads %.0f W of %.0f W", watts, seen.allowedWatts());
        if (spanWatts <= 0) {
            return new Step<>(state, Decision.hold("no-limits", reason + ", nothing to limit"));
        }
        State next = controlled(state, seen, spanWatts, enforcedWatts / spanWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            ServiceAction action = GpuLimitRange.toward(service, limit(service.replicaPower(), next.share()));
            if (action != null) {
                actions.add(action);
            }
        }
        String code = next.share() >= 1 ? "uncapped" : next.share() <= 0 ? "floor-reached" : "controlled";
        return new Step<>(
                next,
                new Decision(
                        actions,
                        code,
                        reason + String.format(Locale.ROOT, ", %.1f %% of the range of limits", 100 * next.share())));
    }

    private State controlled(State state, Observation seen, double spanWatts, double enforcedShare) {
        double watts = seen.rootPower().watts();
        double error = (setpointRatio * seen.allowedWatts() - watts) / spanWatts;
        long sampledAt = seen.nowNanos() - seen.rootPower().ageNanos();
        Long before = state.sampledAtNanos();
        // A sample that was seen before adds no time to the integral.
        double seconds = before == null ? 0 : Math.max(0, (sampledAt - before) / 1e9);
        double integral = enforcedShare < state.share() - HELD_SHARE
                ? Math.min(state.integral(), enforcedShare)
                : state.integral();
        if (integralSeconds > 0) {
            integral = clamped(integral + gain * error * seconds / integralSeconds);
        }
        double wattsPerSecond = seconds > 0 ? (watts - state.watts()) / seconds : state.wattsPerSecond();
        double share = clamped(integral + gain * (error - derivativeSeconds * wattsPerSecond / spanWatts));
        long newest = before == null ? sampledAt : Math.max(before, sampledAt);
        return new State(integral, share, newest, watts, wattsPerSecond);
    }

    private static double clamped(double share) {
        return Math.max(0, Math.min(1, share));
    }

    private static double shareInForce(ReplicaPower power) {
        double range = power.maxGpuLimitWatts() - power.minGpuLimitWatts();
        return range <= 0 ? 1 : clamped((power.enforcedGpuLimitWatts() - power.minGpuLimitWatts()) / range);
    }

    private static double limit(ReplicaPower power, double share) {
        double range = power.maxGpuLimitWatts() - power.minGpuLimitWatts();
        return Math.max(power.minGpuLimitWatts(), Math.floor(power.minGpuLimitWatts() + share * range));
    }

    /**
     * Makes the policy {@code pid}. Its gains are Skogestad's SIMC rule (Journal of Process Control 13, 2003) in the ideal
     * form, for lags of 15 s (a rate window of 30 s) and 2 s (a limit that lands) and a delay of 10 s (a scrape and a step
     * of 5 s each), with the delay as closed-loop time: 15 / (10 + 10) = 0.75, min(15, 4 * 20) = 15 s and 2 s in series
     * are 0.75 * 17/15 = 0.85, 17 s and 2 * 15/17 = 1.76 s.
     */
    public static final class Factory extends CataloguedPolicy {

        private static final String RULE = "SIMC rule (Skogestad 2003), lags 15 s and 2 s, delay 10 s";

        /** For the service loader. */
        public Factory() {
            super(
                    "pid",
                    "Textbook PID controller of the root's power over one share of all GPU limits.",
                    "textbook; gains by Skogestad's SIMC rule, Journal of Process Control 13, 2003",
                    "structure certain; gains hold for the loop they are made for; setpoint an assumption",
                    List.of("GPU power limit"),
                    true,
                    new PolicyParameter(
                            "setpoint_ratio",
                            "ratio",
                            0.95,
                            0.01,
                            2,
                            "Share of the limit that power is held at.",
                            "assumption: the target of Dynamo's cuts"),
                    new PolicyParameter(
                            "gain",
                            "ratio",
                            0.85,
                            0,
                            100,
                            "Watts of the range of limits for each watt of error.",
                            RULE),
                    new PolicyParameter(
                            "integral_seconds",
                            "seconds",
                            17,
                            0,
                            3600,
                            "Time in which the integral repeats the proportional part; 0 for none.",
                            RULE),
                    new PolicyParameter(
                            "derivative_seconds",
                            "seconds",
                            1.76,
                            0,
                            3600,
                            "Time by which the slope of power looks ahead; 0 for none.",
                            RULE));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new PidPolicy(
                    value(parameters, "setpoint_ratio"),
                    value(parameters, "gain"),
                    value(parameters, "integral_seconds"),
                    value(parameters, "derivative_seconds"));
        }
    }
}
