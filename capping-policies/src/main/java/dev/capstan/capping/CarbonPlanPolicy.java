package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the carbon budget of a period over its hours as they are forecast, by {@link CarbonPlan}, and holds the power of
 * the present one. Plans anew at each step, with what is left of the budget, so that a forecast that was wrong costs the
 * budget no more than what the floors emit beyond it. Where the forecast ends before the period, the budget up to there is
 * planned; without a forecast of the present instant it does as {@link CarbonCapPolicy}.
 */
public final class CarbonPlanPolicy implements CappingPolicy<CarbonPlanPolicy.State> {

    /**
     * The account.
     *
     * @param startNanos when the first period began; null before the first step
     * @param leftGrams budget from then until now that is not emitted; negative for a debt
     * @param last the last step; null before the first
     */
    public record State(@Nullable Long startNanos, double leftGrams, CarbonSettings.@Nullable LastStep last) {}

    private static final double NANOS_PER_HOUR = 3.6e12;

    private final CarbonSettings settings;
    private final long periodNanos;
    private final CarbonPlan.Utility utility;

    CarbonPlanPolicy(CarbonSettings settings, long periodNanos, CarbonPlan.Utility utility) {
        this.settings = settings;
        this.periodNanos = periodNanos;
        this.utility = utility;
    }

    @Override
    public State initialState() {
        return new State(null, 0, null);
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        CarbonBudget budget = seen.carbonBudget();
        if (budget == null) {
            return new Step<>(state, settings.withoutBudget(seen));
        }
        long now = seen.nowNanos();
        Long began = state.startNanos();
        CarbonSettings.LastStep last = state.last();
        long start = began == null ? now : began;
        double left = state.leftGrams();
        if (last != null) {
            left += budget.grams(now - last.atNanos()) - settings.emittedGrams(budget, last, seen);
        }
        State next = new State(start, left, settings.lastStep(seen));
        double intensity = settings.gramsPerKilowattHour(seen);
        if (seen.carbon().forecast().at(now) == null) {
            return new Step<>(next, settings.hold(seen, budget.watts(intensity), "no forecast; "));
        }
        long periodEnd = start + ((now - start) / periodNanos + 1) * periodNanos;
        double watts = planned(seen, budget, left, periodEnd);
        String balance = String.format(Locale.ROOT, "%.0f g left over so far; by plan ", left);
        return new Step<>(next, settings.hold(seen, watts, balance));
    }

    /** The power of the present slot. */
    private double planned(Observation seen, CarbonBudget budget, double leftGrams, long periodEnd) {
        long now = seen.nowNanos();
        List<CarbonForecast.Slot> slots = new ArrayList<>();
        for (CarbonForecast.Slot slot : seen.carbon().forecast().slots()) {
            if (slot.endNanos() > now && slot.startNanos() < periodEnd) {
                slots.add(slot);
            }
        }
        double[] hours = new double[slots.size()];
        double[] intensity = new double[slots.size()];
        double grams = leftGrams;
        for (int i = 0; i < hours.length; i++) {
            CarbonForecast.Slot slot = slots.get(i);
            long nanos = Math.min(slot.endNanos(), periodEnd) - Math.max(slot.startNanos(), now);
            hours[i] = nanos / NANOS_PER_HOUR;
            intensity[i] = i == 0 ? settings.gramsPerKilowattHour(seen) : slot.gramsPerKilowattHour();
            grams += budget.grams(nanos);
        }
        double least = CeilingAllocation.floorWatts(seen);
        double most = Math.max(least, seen.allowedWatts());
        return CarbonPlan.watts(hours, intensity, budget.pue(), least, most, grams, utility)[0];
    }

    /** Makes the policy {@code carbon-plan}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "carbon-plan",
                    "Spreads the carbon budget of a day over its hours as they are forecast; plans anew at each step.",
                    "Capstan: linear programme and its KKT conditions",
                    "certain, given the forecast; utility an assumption",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    CarbonSettings.stale(),
                    CarbonSettings.defaultIntensity(),
                    new PolicyParameter(
                            "period_hours",
                            "hours",
                            24,
                            0.01,
                            1e5,
                            "Time over which the budget is spread.",
                            "assumption"),
                    new PolicyParameter(
                            "linear",
                            "switch",
                            0,
                            0,
                            1,
                            "1 fills the cleanest hours first; 0 leaves something in every hour.",
                            "assumption: interactive load does not wait"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CarbonPlanPolicy(
                    CarbonSettings.of(parameters),
                    (long) (value(parameters, "period_hours") * NANOS_PER_HOUR),
                    value(parameters, "linear") == 1 ? CarbonPlan.Utility.LINEAR : CarbonPlan.Utility.LOGARITHMIC);
        }
    }
}
