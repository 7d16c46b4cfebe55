package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CarbonPlanTest {

    /**
     * Hours of 400, 100, 300 and 200 g/kWh between 1 and 5 kW cost 400 + 100 + 300 + 200 = 1000 g at the least. Of 2000 g
     * the hour of 100 takes 400 more, that of 200 the other 600, of the 800 g that it could: 1 kW + 600/200.
     */
    @Test
    void fillsTheCleanestHoursFirstWithOneFractionalHour() {
        double[] plan = CarbonPlan.watts(
                new double[] {1, 1, 1, 1},
                new double[] {400, 100, 300, 200},
                1,
                1000,
                5000,
                2000,
                CarbonPlan.Utility.LINEAR);
        assertThat(plan).containsExactly(new double[] {1000, 5000, 1000, 4000}, within(1e-9));
    }

    /**
     * The same with 2000 g by the logarithm: each hour spends the same 250 g above the least, 250/400 kW and so on, and
     * that of 100 g/kWh no more than 2.5 of its 4 kW.
     */
    @Test
    void spreadsTheBudgetInInverseProportionToTheIntensity() {
        double[] plan = CarbonPlan.watts(
                new double[] {1, 1, 1, 1},
                new double[] {400, 100, 300, 200},
                1,
                1000,
                5000,
                2000,
                CarbonPlan.Utility.LOGARITHMIC);
        assertThat(plan).containsExactly(new double[] {1625, 3500, 1000 + 250 / 0.3, 2250}, within(1e-6));
    }

    @Test
    void keepsTheLeastWhereTheBudgetDoesNotReachForItAndTheMostWhereItReachesForAll() {
        for (CarbonPlan.Utility utility : CarbonPlan.Utility.values()) {
            assertThat(plan(new int[] {400, 0}, 399, utility)).containsExactly(1000, 1000);
            assertThat(plan(new int[] {400, 100}, 2500, utility))
                    .containsExactly(new double[] {5000, 5000}, within(1e-9));
            assertThat(plan(new int[] {0, 0}, 0, utility)).containsExactly(5000, 5000);
        }
    }

    /** A grid of 5 powers in each of 4 hours; the plan is continuous, so that it is at least as good as the best of them. */
    @Property(tries = 200)
    void noPlanOnAGridIsBetterAndTheBudgetIsKept(
            @ForAll @Size(4) List<@IntRange(max = 600) Integer> intensity, @ForAll @IntRange(max = 12_000) int budget) {
        int[] grams = intensity.stream().mapToInt(Integer::intValue).toArray();
        for (CarbonPlan.Utility utility : CarbonPlan.Utility.values()) {
            double[] plan = plan(grams, budget, utility);
            double leastGrams = Arrays.stream(grams).sum();
            assertThat(emitted(plan, grams)).isLessThanOrEqualTo(Math.max(leastGrams, budget) * (1 + 1e-9));
            double best = Double.NEGATIVE_INFINITY;
            for (int code = 0; code < 625; code++) {
                double[] other = {
                    1000 + 1000 * (code % 5),
                    1000 + 1000 * (code / 5 % 5),
                    1000 + 1000 * (code / 25 % 5),
                    1000 + 1000 * (code / 125)
                };
                if (emitted(other, grams) <= budget) {
                    best = Math.max(best, worth(other, utility));
                }
            }
            assertThat(worth(plan, utility)).isGreaterThanOrEqualTo(best - 1e-6);
        }
    }

    private static double[] plan(int[] intensity, double budget, CarbonPlan.Utility utility) {
        double[] hours = new double[intensity.length];
        Arrays.fill(hours, 1);
        return CarbonPlan.watts(
                hours, Arrays.stream(intensity).asDoubleStream().toArray(), 1, 1000, 5000, budget, utility);
    }

    private static double emitted(double[] watts, int[] intensity) {
        double grams = 0;
        for (int i = 0; i < watts.length; i++) {
            grams += watts[i] / 1000 * intensity[i];
        }
        return grams;
    }

    private static double worth(double[] watts, CarbonPlan.Utility utility) {
        return Arrays.stream(watts)
                .map(each -> utility == CarbonPlan.Utility.LINEAR ? each : StrictMath.log(Math.max(1e-9, each - 1000)))
                .sum();
    }
}
