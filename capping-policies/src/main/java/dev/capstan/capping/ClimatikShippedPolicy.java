package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Climatik as its operator ships, decision for decision: each ceiling is the cap divided by the service's <em>total</em>
 * power. Baseline, without guard rails. Source: Climatik-Project at c212a7b, python/climatik_operator.
 *
 * <p>Its failures are part of it: every service gets the whole cap, one service at 0 W loses the tick for all, lost
 * telemetry collapses every service to one replica, and a ceiling of 0 is passed on for the autoscaler to reject.
 */
public final class ClimatikShippedPolicy implements CappingPolicy<ClimatikShippedPolicy.State> {

    /**
     * Whether the first ceilings were written.
     *
     * @param created whether the first ceilings were written
     */
    public record State(boolean created) {}

    ClimatikShippedPolicy() {}

    @Override
    public State initialState() {
        return new State(false);
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        return new Step<>(new State(true), state.created() ? tick(seen) : ClimatikDocumentedPolicy.firstCeilings(seen));
    }

    private static Decision tick(Observation seen) {
        double sumWatts = 0;
        boolean division = true;
        for (ServiceReading service : seen.services()) {
            double watts = ClimatikDocumentedPolicy.wattsOrZero(service.power());
            sumWatts += watts;
            division &= watts != 0;
        }
        boolean powered = sumWatts > 0;
        if (powered && !division) {
            return Decision.hold("tick-lost", "division by the 0 W of a service");
        }
        List<ServiceAction> actions = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            int ceiling = powered ? (int) (seen.capWatts() / service.power().watts()) : 1;
            actions.add(ServiceAction.ceiling(service.name(), ceiling));
        }
        if (!powered) {
            return new Decision(actions, "no-power", "no service reads any power: one replica each");
        }
        String reason = String.format(
                Locale.ROOT,
                "cap of %.0f W divided by the power of each service, %.0f W in all",
                seen.capWatts(),
                sumWatts);
        return new Decision(actions, "divided", reason);
    }

    /** Makes the policy {@code climatik-shipped}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "climatik-shipped",
                    "Sets each ceiling to the whole cap divided by the service's total power, failures included.",
                    "Climatik-Project at c212a7b, python/climatik_operator",
                    "certain: code read",
                    List.of("replica ceiling"),
                    false);
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ClimatikShippedPolicy();
        }
    }
}
