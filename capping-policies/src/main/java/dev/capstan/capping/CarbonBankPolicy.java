package dev.capstan.capping;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Banks what the carbon budget leaves over and spends it later: a token bucket. Each step may emit
 *
 * <pre>{@code allow = B dt + theta bank,  theta = dt / spend time}</pre>
 *
 * <p>and the bank moves by {@code B dt - emitted}. While each step keeps to its allowance the bank stays at or over 0, and
 * so the emission of any span from the start is at most {@code B t + bank at the start}, by induction. A bank that went
 * under 0 (floors that emit more, levers that lag) is paid back in the same time.
 */
public final class CarbonBankPolicy implements CappingPolicy<CarbonBankPolicy.State> {

    /**
     * The account.
     *
     * @param bankGrams what may be emitted beyond the budget of the time to come; negative for a debt
     * @param last the last step; null before the first
     */
    public record State(double bankGrams, CarbonSettings.@Nullable LastStep last) {}

    private static final double NANOS_PER_HOUR = 3.6e12;

    private final CarbonSettings settings;
    private final double startHours;
    private final double mostHours;
    private final long spendNanos;

    /**
     * @param startHours hours of the budget in the bank at the start
     * @param mostHours hours of the budget that it holds at most
     * @param spendNanos time in which a bank without income is spent
     */
    CarbonBankPolicy(CarbonSettings settings, double startHours, double mostHours, long spendNanos) {
        this.settings = settings;
        this.startHours = startHours;
        this.mostHours = mostHours;
        this.spendNanos = spendNanos;
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
        double bank = state.bankGrams();
        long step = 0;
        if (last == null) {
            bank = Math.min(startHours, mostHours) * budget.gramsPerHour();
        } else {
            step = seen.nowNanos() - last.atNanos();
            bank = Math.min(
                    mostHours * budget.gramsPerHour(),
                    bank + budget.grams(step) - settings.emittedGrams(budget, last, seen));
        }
        // No step may spend more than there is, however long steps are.
        double spendHours = Math.max(step, spendNanos) / NANOS_PER_HOUR;
        double allowed = Math.max(0, budget.gramsPerHour() + bank / spendHours);
        String balance = String.format(Locale.ROOT, "bank of %.0f g: %.0f g/h at ", bank, allowed);
        Decision decision = settings.hold(seen, budget.watts(allowed, settings.gramsPerKilowattHour(seen)), balance);
        return new Step<>(new State(bank, settings.lastStep(seen)), decision);
    }

    /** Makes the policy {@code carbon-bank}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "carbon-bank",
                    "Banks what the carbon budget leaves over and spends it later; emission never runs ahead of both.",
                    "Capstan: a token bucket",
                    "bound certain while levers follow at once; constants assumptions",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    CarbonSettings.stale(),
                    CarbonSettings.defaultIntensity(),
                    new PolicyParameter(
                            "start_hours",
                            "hours",
                            0,
                            0,
                            1e6,
                            "Hours of the budget in the bank at the start.",
                            "assumption"),
                    new PolicyParameter(
                            "most_hours", "hours", 24, 0, 1e6, "Hours of the budget that it holds.", "assumption"),
                    new PolicyParameter(
                            "spend_seconds",
                            "seconds",
                            3600,
                            1,
                            1e9,
                            "Time in which the bank is spent, or a debt paid back: step / theta.",
                            "assumption"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CarbonBankPolicy(
                    CarbonSettings.of(parameters),
                    value(parameters, "start_hours"),
                    value(parameters, "most_hours"),
                    (long) (value(parameters, "spend_seconds") * 1e9));
        }
    }
}
