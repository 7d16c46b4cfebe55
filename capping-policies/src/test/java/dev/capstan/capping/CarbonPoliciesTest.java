package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.intensity;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** One service of replicas of 700 W, a cap of 5600 W and a budget of 2000 g/h at a PUE of 1, unless a test says otherwise. */
class CarbonPoliciesTest {

    private static final CarbonBudget BUDGET = new CarbonBudget(2000, 1);
    private static final long HOUR = 3_600_000_000_000L;

    private final SimulatedService chat = SimulatedService.of("chat", 9, 0);

    /** The anchors of the catalogue: 2000 g/h at 400 g/kWh are 5 kW, at 50 g/kWh 40 kW; with a PUE of 1.25 4 kW. */
    @Test
    void allowsTheWattsThatEmitTheBudget() {
        assertThat(BUDGET.watts(400)).isEqualTo(5000);
        assertThat(BUDGET.watts(50)).isEqualTo(40_000);
        assertThat(BUDGET.watts(0)).isInfinite();
        assertThat(new CarbonBudget(2000, 1.25).watts(400)).isEqualTo(4000);
        assertThat(new CarbonBudget(2000, 1.25).grams(4000, 400, HOUR)).isCloseTo(2000, within(1e-9));
    }

    /** 5 kW hold 7 replicas of 700 W; 40 kW are more than the cap, which holds 8. */
    @Test
    void carbonCapHoldsTheLowerOfCapAndBudget() {
        assertThat(ceiling("carbon-cap", Map.of(), intensity(400))).isEqualTo(7);
        assertThat(ceiling("carbon-cap", Map.of(), intensity(50))).isEqualTo(8);
        assertThat(ceiling("carbon-cap", Map.of(), intensity(0))).isEqualTo(8);
    }

    /** 3 floors of 700 W are 2100 W; 2000 g/h at 1000 g/kWh allow 2000 W. */
    @Test
    void everyCarbonPolicyKeepsTheFloorsAndSaysSoWhenTheBudgetIsUnderThem() {
        chat.floor = 3;
        for (String name : List.of("carbon-cap", "carbon-bank", "carbon-plan")) {
            assertThat(firstDecision(build(name, Map.of()), seen(0, 0, intensity(1000))))
                    .returns("infeasible", Decision::code)
                    .returns(List.of(ServiceAction.ceiling("chat", 3)), Decision::actions);
        }
    }

    @Test
    void everyCarbonPolicyHoldsTheCapWhereThereIsNoBudget() {
        for (String name : List.of("carbon-cap", "carbon-bank", "carbon-lyapunov", "carbon-plan")) {
            Observation seen = observe(0, 5600, 0, PowerReading.absent(), intensity(400), null, chat);
            assertThat(firstDecision(build(name, Map.of()), seen))
                    .returns("no-budget", Decision::code)
                    .returns(List.of(ServiceAction.ceiling("chat", 8)), Decision::actions);
        }
    }

    /** 2000 g/h at the default of 800 g/kWh are 2500 W: 3 replicas. */
    @Test
    void anIntensityHoldsUntilItIsStaleAndThenTheDefaultDoes() {
        CarbonReading old = new CarbonReading(400, 7200L * 1_000_000_000, CarbonForecast.NONE);
        CarbonReading tooOld = new CarbonReading(400, 7201L * 1_000_000_000, CarbonForecast.NONE);
        assertThat(ceiling("carbon-cap", Map.of(), old)).isEqualTo(7);
        assertThat(ceiling("carbon-cap", Map.of(), tooOld)).isEqualTo(3);
        assertThat(ceiling("carbon-cap", Map.of(), CarbonReading.UNKNOWN)).isEqualTo(3);
        assertThat(ceiling("carbon-cap", Map.of("default_intensity", 400.0), CarbonReading.UNKNOWN))
                .isEqualTo(7);
    }

    /**
     * An hour at 2 kW and 500 g/kWh emits 1000 of 2000 g. The other 1000 g, spent within an hour, allow 3000 g/h: 6 kW at
     * 500 g/kWh, more than the cap, and 3750 W or 5 replicas at 800 g/kWh, where 2000 g/h are 3. Within two hours 2500 g/h
     * are 3125 W: 4 replicas.
     */
    @Test
    void carbonBankSpendsWhatWasLeftOver() {
        assertThat(secondCeiling("carbon-bank", Map.of(), 500, 2000, 800)).isEqualTo(5);
        assertThat(secondCeiling("carbon-bank", Map.of("spend_seconds", 7200.0), 500, 2000, 800))
                .isEqualTo(4);
        assertThat(secondCeiling("carbon-bank", Map.of("most_hours", 0.0), 500, 2000, 800))
                .isEqualTo(3);
        assertThat(ceiling("carbon-bank", Map.of("start_hours", 0.5), intensity(800)))
                .isEqualTo(5);
    }

    /** An hour at 5 kW and 500 g/kWh emits 500 g too much; paid back within an hour 1500 g/h are left, 1875 W at 800. */
    @Test
    void carbonBankPaysADebtBack() {
        assertThat(secondCeiling("carbon-bank", Map.of(), 500, 5000, 800)).isEqualTo(2);
    }

    /**
     * Without a reading everything under the ceiling of 20 counts: 14 kW at 100 g/kWh emit 1400 of 2000 g;
     * the bank began with 1000.
     */
    @Test
    void chargesTheWorstCaseWhereTheRootHasNoFreshReading() {
        CappingPolicy<CarbonBankPolicy.State> policy = bank(3600);
        CarbonBankPolicy.State first =
                policy.step(policy.initialState(), seen(0, 0, intensity(100))).state();
        Observation later = observe(3600, 5600, 0, PowerReading.absent(), intensity(100), BUDGET, chat);
        assertThat(policy.step(first, later).state().bankGrams()).isCloseTo(1600, within(1e-9));
    }

    /**
     * No debt, no limit but the cap. An hour at 5 kW and 500 g/kWh leaves a debt of 500 g, a quarter of an hour of the
     * budget: services may draw four times what it allows. With a value of a quarter they may draw just that, 2500 W at
     * 800 g/kWh.
     */
    @Test
    void carbonLyapunovAllowsTheMoreTheLessItOwes() {
        assertThat(ceiling("carbon-lyapunov", Map.of(), intensity(800))).isEqualTo(8);
        assertThat(secondCeiling("carbon-lyapunov", Map.of(), 500, 5000, 800)).isEqualTo(8);
        assertThat(secondCeiling("carbon-lyapunov", Map.of("value_hours", 0.25), 500, 5000, 800))
                .isEqualTo(3);
    }

    /**
     * Two hours, 400 and then 800 g/kWh, with 4000 g. The floor of 700 W takes 840 g; the cleaner hour can take 1960 g more
     * up to the cap and does: 8 replicas now. The other way round 1200 g are left for the dirty hour: 700 + 1500 W, 3.
     */
    @Test
    void carbonPlanFillsTheCleanestHoursFirst() {
        Map<String, Double> linear = Map.of("linear", 1.0, "period_hours", 2.0);
        assertThat(ceiling("carbon-plan", linear, twoHours(400, 800))).isEqualTo(8);
        assertThat(ceiling("carbon-plan", linear, twoHours(800, 400))).isEqualTo(3);
    }

    /** By the logarithm either hour spends half of the 3160 g above the floor: 3950 W above it at 400, 1975 W at 800. */
    @Test
    void carbonPlanLeavesSomethingInEveryHourByDefault() {
        Map<String, Double> period = Map.of("period_hours", 2.0);
        assertThat(ceiling("carbon-plan", period, twoHours(400, 800))).isEqualTo((int) ((700 + 3950) / 700.0));
        assertThat(ceiling("carbon-plan", period, twoHours(800, 400))).isEqualTo((int) ((700 + 1975) / 700.0));
    }

    /** A period of one hour ends before the second slot: nothing is saved for it. */
    @Test
    void carbonPlanPlansToTheEndOfItsPeriodOnly() {
        Map<String, Double> hour = Map.of("linear", 1.0, "period_hours", 1.0);
        assertThat(ceiling("carbon-plan", hour, twoHours(800, 400))).isEqualTo(3);
        assertThat(ceiling("carbon-plan", hour, twoHours(800, 1))).isEqualTo(3);
    }

    @Test
    void carbonPlanKeepsToTheMomentWithoutAForecast() {
        assertThat(ceiling("carbon-plan", Map.of(), intensity(400))).isEqualTo(7);
    }

    /** What a step of the world held: how long it was, its intensity, and the share of what was allowed that it drew. */
    record Span(int seconds, int gramsPerKilowattHour, double share) {}

    @Provide
    Arbitrary<List<Span>> spans() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 7200),
                        Arbitraries.integers().between(0, 900),
                        Arbitraries.doubles().between(0, 1))
                .as(Span::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    /**
     * While every step honours its allowance, emission up to any instant is at most B t + bank at the start. The floor is
     * one replica of 100 W, which emits at most 90 of 2000 g/h.
     */
    @Property(tries = 300)
    void carbonBankNeverRunsAheadOfBudgetAndBank(@ForAll("spans") List<Span> spans) {
        SimulatedService small = SimulatedService.of("small", 1, 0);
        small.peakWatts = 100;
        small.startingWatts = 100;
        small.originalCeiling = 1000;
        CappingPolicy<CarbonBankPolicy.State> policy = bank(3600);
        CarbonBankPolicy.State state = policy.initialState();
        double budget = 0.5 * 2000;
        double emitted = 0;
        double seconds = 0;
        double drawn = 0;
        for (Span span : spans) {
            Observation seen = observe(
                    seconds,
                    50_000,
                    0,
                    PowerReading.fresh(drawn, 0),
                    intensity(span.gramsPerKilowattHour),
                    BUDGET,
                    small);
            Step<CarbonBankPolicy.State> step = policy.step(state, seen);
            assertThat(step.state().bankGrams()).isCloseTo(budget - emitted, within(1e-6));
            state = step.state();
            small.apply(step.decision());
            // A step may be longer than the spend time: the allowance is a rate, and so is what is honoured.
            int length = Math.min(3600, span.seconds);
            drawn = span.share * 100 * small.ceiling;
            emitted += drawn / 1000 * span.gramsPerKilowattHour * length / 3600;
            budget += 2000.0 * length / 3600;
            seconds += length;
            assertThat(emitted).isLessThanOrEqualTo(budget + 1e-6);
        }
    }

    /** Whatever is drawn, emission over the budget is at most the debt at the end less that at the start. */
    @Property(tries = 300)
    void carbonLyapunovOwesAtLeastWhatIsOverTheBudget(@ForAll("spans") List<Span> spans) {
        CarbonLyapunovPolicy policy = (CarbonLyapunovPolicy) build("carbon-lyapunov", Map.of());
        CarbonLyapunovPolicy.State state = policy.initialState();
        double over = 0;
        double seconds = 0;
        double drawn = 0;
        for (Span span : spans) {
            state = policy.step(state, seen(seconds, drawn, intensity(span.gramsPerKilowattHour)))
                    .state();
            assertThat(over).isLessThanOrEqualTo(state.debtGrams() + 1e-6);
            drawn = span.share * 20_000;
            over += (drawn / 1000 * span.gramsPerKilowattHour - 2000) * span.seconds / 3600;
            seconds += span.seconds;
        }
    }

    private static CappingPolicy<CarbonBankPolicy.State> bank(long spendSeconds) {
        return new CarbonBankPolicy(new CarbonSettings(0, 2 * HOUR, 800), 0.5, 1e6, spendSeconds * 1_000_000_000L);
    }

    private static CappingPolicy<?> build(String name, Map<String, Double> given) {
        PolicyFactory factory = PolicyRegistry.find(name);
        return factory.create(PolicyRegistry.resolve(factory, given), 1);
    }

    private Observation seen(double seconds, double rootWatts, CarbonReading carbon) {
        return observe(seconds, 5600, 0, PowerReading.fresh(rootWatts, 0), carbon, BUDGET, chat);
    }

    private static CarbonReading twoHours(double first, double second) {
        return new CarbonReading(
                first,
                0,
                new CarbonForecast(
                        0,
                        List.of(
                                new CarbonForecast.Slot(0, HOUR, first),
                                new CarbonForecast.Slot(HOUR, 2 * HOUR, second))));
    }

    private int ceiling(String name, Map<String, Double> given, CarbonReading carbon) {
        return ceiling(firstDecision(build(name, given), seen(0, 0, carbon)));
    }

    /** The ceiling after an hour at a power and an intensity, at another intensity. */
    private int secondCeiling(String name, Map<String, Double> given, double before, double rootWatts, double after) {
        return secondCeiling(build(name, given), before, rootWatts, after);
    }

    private <S extends Record> int secondCeiling(
            CappingPolicy<S> policy, double before, double rootWatts, double after) {
        S first = policy.step(policy.initialState(), seen(0, 0, intensity(before)))
                .state();
        return ceiling(
                policy.step(first, seen(3600, rootWatts, intensity(after))).decision());
    }

    private static int ceiling(Decision decision) {
        Integer ceiling = decision.actions().get(0).replicaCeiling();
        return ceiling == null ? -1 : ceiling;
    }
}
