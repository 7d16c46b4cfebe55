package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Climatik as its documentation describes it: freezes the number of replicas near the cap. Baseline, without guard
 * rails. Source: Climatik-Project, operator at f5c333e and README at 757797f.
 *
 * <p>It fails because the power of <em>running</em> replicas rises with load: freezing the count does not freeze power.
 * A service without a reading counts as 0 W.
 */
public final class ClimatikDocumentedPolicy implements CappingPolicy<ClimatikDocumentedPolicy.State> {

    /**
     * Whether the first ceilings were written.
     *
     * @param created whether the first ceilings were written
     */
    public record State(boolean created) {}

    private final double moderateRatio;
    private final double highRatio;
    private final boolean release;

    ClimatikDocumentedPolicy(double moderateRatio, double highRatio, boolean release) {
        this.moderateRatio = moderateRatio;
        this.highRatio = highRatio;
        this.release = release;
    }

    @Override
    public State initialState() {
        return new State(false);
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        return new Step<>(new State(true), state.created() ? tick(seen) : firstCeilings(seen));
    }

    /** The placeholder of 100 W per replica that the project kept. */
    static Decision firstCeilings(Observation seen) {
        int ceiling = (int) (seen.capWatts() / 100);
        String reason =
                String.format(Locale.ROOT, "first ceiling is the cap of %.0f W at 100 W per replica", seen.capWatts());
        return new Decision(ceilings(seen, replicas -> ceiling), "created", reason);
    }

    /** Prometheus sums what answered, so that a missing series is silently 0 W. */
    static double wattsOrZero(PowerReading power) {
        return power.quality() == Quality.ABSENT ? 0 : power.watts();
    }

    private Decision tick(Observation seen) {
        double watts = 0;
        for (ServiceReading service : seen.services()) {
            watts += wattsOrZero(service.power());
        }
        double ratio = watts / seen.capWatts();
        String reason = String.format(
                Locale.ROOT, "services read %.0f W, %.3f of the cap of %.0f W", watts, ratio, seen.capWatts());
        if (ratio >= highRatio) {
            return new Decision(ceilings(seen, ReplicaCounts::desired), "frozen", reason);
        }
        if (ratio >= moderateRatio) {
            return new Decision(ceilings(seen, replicas -> replicas.desired() + 1), "one-more", reason);
        }
        if (release) {
            return new Decision(ceilings(seen, ReplicaCounts::originalCeiling), "released", reason);
        }
        return Decision.hold("below-band", reason);
    }

    private static List<ServiceAction> ceilings(Observation seen, ToIntFunction<ReplicaCounts> ceiling) {
        List<ServiceAction> actions = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            actions.add(ServiceAction.ceiling(service.name(), ceiling.applyAsInt(service.replicas())));
        }
        return actions;
    }

    /** Makes the policy {@code climatik-documented}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "climatik-documented",
                    "Freezes replicas at 95 % of the cap, allows one more from 80 %, never releases.",
                    "Climatik-Project, operator at f5c333e, README at 757797f",
                    "certain: documentation and code read",
                    List.of("replica ceiling"),
                    false,
                    new PolicyParameter(
                            "moderate_ratio",
                            "ratio",
                            0.80,
                            0,
                            1,
                            "Share of the cap from which one more replica is allowed.",
                            "Climatik MODERATE_POWER_USAGE_RATIO"),
                    new PolicyParameter(
                            "high_ratio",
                            "ratio",
                            0.95,
                            0,
                            1,
                            "Share of the cap from which replicas are frozen.",
                            "Climatik HIGH_POWER_USAGE_RATIO"),
                    new PolicyParameter(
                            "release",
                            "switch",
                            0,
                            0,
                            1,
                            "1 restores the owner's maximum below the moderate ratio.",
                            "Capstan: a variant, the project never releases"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ClimatikDocumentedPolicy(
                    value(parameters, "moderate_ratio"),
                    value(parameters, "high_ratio"),
                    value(parameters, "release") != 0);
        }
    }
}
