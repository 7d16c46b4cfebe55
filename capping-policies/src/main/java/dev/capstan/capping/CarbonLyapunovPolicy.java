package dev.capstan.capping;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weighs the work of the moment against the debt so far (drift plus penalty). With the debt
 *
 * <pre>{@code Q = max(0, Q + emitted - B dt)}</pre>
 *
 * <p>it chooses the power P that maximises {@code V U(P) - Q I PUE P}. U is the logarithm of what services may draw, so
 * that the choice is {@code P = overhead + V / (Q I PUE)}. With {@code V = v B^2} and the debt in hours of the budget, {@code
 * q = Q / B}, services may draw v / q of what the budget allows at this intensity. What is emitted over the budget from 0 to T
 * is at most {@code Q(T) - Q(0)}, by summing the line above. Source: Neely, "Stochastic Network Optimization with Application
 * to Communication and Queueing Systems", 2010.
 */
public final class CarbonLyapunovPolicy implements CappingPolicy<CarbonLyapunovPolicy.State> {

    /**
     * The debt.
     *
     * @param debtGrams emitted beyond the budget, never under 0
     * @param last the last step; null before the first
     */
    public record State(double debtGrams, CarbonSettings.@Nullable LastStep last) {}

    private final CarbonSettings settings;
    private final double valueHours;

    /** @param valueHours debt, in hours of the budget, at which services may draw just what the budget allows */
    CarbonLyapunovPolicy(CarbonSettings settings, double valueHours) {
        this.settings = settings;
        this.valueHours = valueHours;
    }

    @Override
    public State initialState() {
        return new State(0, null);
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
        CarbonSettings.LastStep last = state.last();
        double debt = state.debtGrams();
        if (last != null) {
            debt = Math.max(
                    0,
                    debt + settings.emittedGrams(budget, last, seen) - budget.grams(seen.nowNanos() - last.atNanos()));
        }
        double watts = Double.POSITIVE_INFINITY;
        if (debt > 0) {
            double debtHours = debt / budget.gramsPerHour();
            watts = seen.overheadWatts() + valueHours / debtHours * budget.watts(settings.gramsPerKilowattHour(seen));
        }
        Decision decision = settings.hold(seen, watts, String.format(Locale.ROOT, "debt of %.0f g: ", debt));
        return new Step<>(new State(debt, settings.lastStep(seen)), decision);
    }

    /** Makes the policy {@code carbon-lyapunov}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "carbon-lyapunov",
                    "Weighs the work of the moment against the carbon debt so far; needs no forecast.",
                    "Drift plus penalty: Neely, Stochastic Network Optimization, 2010; its utility is Capstan's own",
                    "bound certain; utility and constant assumptions",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    CarbonSettings.stale(),
                    CarbonSettings.defaultIntensity(),
                    new PolicyParameter(
                            "value_hours",
                            "hours",
                            1,
                            0.001,
                            1000,
                            "Debt, in hours of the budget, at which services may draw what the budget allows.",
                            "assumption"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CarbonLyapunovPolicy(CarbonSettings.of(parameters), value(parameters, "value_hours"));
        }
    }
}
