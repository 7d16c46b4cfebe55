package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PowerGradPolicyTest {

    private static final CapToPerformance HALF = new CapToPerformance(0.5, 2);

    private static PowerGradPolicy policy(CapToPerformance model) {
        return new PowerGradPolicy(0, model, new PowerDemand(0.1, 0.9, 0.3, 2_000_000_000L));
    }

    /** Draws its peak, so that it wants its highest; 100 W idle, boards of 200 to 700 W. */
    private static double[] grants(PowerGradPolicy policy, List<ServiceReading> services, double budgetWatts) {
        return policy.grants(
                LearntDemand.NOTHING, services, SharedGpuLimits.bounds(LearntDemand.NOTHING, services), budgetWatts);
    }

    private static SimulatedService busy(String name, int replicas, double weight) {
        SimulatedService service = SimulatedService.of(name, replicas, replicas * 700);
        service.weight = weight;
        return service;
    }

    /** models.md 10.5 by hand: a quarter of the dynamic power at gamma 2 is phi = 0.5: 1 / (0.5 + 0.5 / 0.5) = 2/3. */
    @Test
    void performanceIsThatOfTheCapModel() {
        assertThat(HALF.performance(0.25)).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(HALF.performance(1)).isEqualTo(1);
        for (double share : new double[] {0.05, 0.3, 0.9}) {
            double difference = (HALF.performance(share + 1e-6) - HALF.performance(share - 1e-6)) / 2e-6;
            assertThat(HALF.slope(share)).isCloseTo(difference, within(1e-6));
        }
    }

    /**
     * With kappa 1 performance is the square root of the share u, its slope 1 / (2 sqrt(u)). Weights 2 and 1 are equal where
     * u_a = 4 u_b: of 1000 W, 200 W are idle, so u_a * 600 + u_b * 600 = 800 W, u_b = 4/15: 260 W, and 740 W, which is
     * over the 700 W of a's peak. At 800 W u_b = 0.2: 100 + 120 W and 100 + 480 W.
     */
    @Test
    void meetsTheClosedFormOfTheSquareRoot() {
        PowerGradPolicy policy = policy(new CapToPerformance(1, 2));
        List<ServiceReading> services =
                List.of(busy("a", 1, 2).reading(), busy("b", 1, 1).reading());
        double[] grants = grants(policy, services, 800);
        assertThat(grants[0]).isCloseTo(580, within(1e-6));
        assertThat(grants[1]).isCloseTo(220, within(1e-6));
        double[] clamped = grants(policy, services, 1000);
        assertThat(clamped[0]).isCloseTo(700, within(1e-6));
        assertThat(clamped[1]).isCloseTo(300, within(1e-6));
        // A linear gain has no inner optimum: the heavier one is filled first.
        double[] linear = grants(policy(new CapToPerformance(1, 1)), services, 800);
        assertThat(linear[0]).isCloseTo(600, within(1e-6));
        assertThat(linear[1]).isCloseTo(200, within(1e-6));
    }

    @Property(tries = 200)
    void spendsTheBudgetAtEqualMarginals(
            @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 5) Integer> replicas,
            @ForAll @DoubleRange(min = 0, max = 1) double share,
            @ForAll @DoubleRange(min = 0.05, max = 1) double kappa,
            @ForAll @DoubleRange(min = 1.2, max = 3) double gamma) {
        List<ServiceReading> services = new ArrayList<>();
        double lowest = 0;
        double highest = 0;
        for (int i = 0; i < replicas.size(); i++) {
            services.add(busy("s" + i, replicas.get(i), 1 + i).reading());
            lowest += 200 * replicas.get(i);
            highest += 700 * replicas.get(i);
        }
        double budgetWatts = lowest + share * (highest - lowest);
        CapToPerformance model = new CapToPerformance(kappa, gamma);
        double[] grants = grants(policy(model), services, budgetWatts);

        double sum = 0;
        double lowestOpen = Double.POSITIVE_INFINITY;
        double highestOpen = 0;
        for (int i = 0; i < grants.length; i++) {
            double each = grants[i] / replicas.get(i);
            assertThat(each).isBetween(200 - 1e-6, 700 + 1e-6);
            sum += grants[i];
            double marginal = services.get(i).weight() * model.slope((each - 100) / 600);
            if (each < 700 - 1e-3) {
                // May still take watts, so nobody who can give some may gain less.
                highestOpen = Math.max(highestOpen, marginal);
            }
            if (each > 200 + 1e-3) {
                lowestOpen = Math.min(lowestOpen, marginal);
            }
        }
        assertThat(sum).isCloseTo(budgetWatts, within(1e-6 * budgetWatts));
        assertThat(highestOpen).isLessThanOrEqualTo(lowestOpen * (1 + 1e-4));
    }

    /** No point of a grid of 2 W does better for three services under 1300 W. */
    @Test
    void beatsEveryPointOfAGrid() {
        List<ServiceReading> services = List.of(
                busy("a", 1, 3).reading(),
                busy("b", 1, 1).reading(),
                busy("c", 1, 2).reading());
        double[] grants = grants(policy(HALF), services, 1300);
        double ours = gain(grants[0], grants[1], grants[2]);
        double best = 0;
        for (double a = 200; a <= 700; a += 2) {
            for (double b = 200; b <= 700 && a + b <= 1100; b += 2) {
                double c = 1300 - a - b;
                if (c <= 700) {
                    best = Math.max(best, gain(a, b, c));
                }
            }
        }
        assertThat(ours).isBetween(best, best + 1e-4);
    }

    private static double gain(double a, double b, double c) {
        return 3 * HALF.performance((a - 100) / 600)
                + HALF.performance((b - 100) / 600)
                + 2 * HALF.performance((c - 100) / 600);
    }

    /** Two equal services of two replicas share 2000 W: 1000 W, a limit of 500 W each. */
    @Test
    void writesGrantsAsLimits() {
        Observation seen = observe(
                0,
                2200,
                200,
                PowerReading.fresh(3000, 0),
                List.of(busy("a", 2, 1), busy("b", 2, 1)).toArray(new SimulatedService[0]));
        assertThat(SimulatedService.firstDecision(policy(HALF), seen).actions())
                .containsExactly(ServiceAction.gpuLimit("a", 500), ServiceAction.gpuLimit("b", 500));
    }

    /** a draws 300 W and wants 330 W; b takes what a does not want: 1000 - 330 = 670 W. */
    @Test
    void takesNoMoreForAServiceThanItWants() {
        SimulatedService a = SimulatedService.of("a", 1, 300);
        Observation seen = observe(0, 1000, PowerReading.fresh(1000, 0), a, busy("b", 1, 1));
        assertThat(SimulatedService.firstDecision(policy(new CapToPerformance(0.01, 1)), seen)
                        .actions())
                .contains(ServiceAction.gpuLimit("b", 670));
        // 400 W are left when b wants 385 W as well: 1200 - 330 - 385 = 485 W over 370 and 315 W of room.
        SimulatedService b = SimulatedService.of("b", 1, 350);
        assertThat(SimulatedService.firstDecision(policy(HALF), observe(0, 1200, PowerReading.fresh(650, 0), a, b))
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("a", 591), ServiceAction.gpuLimit("b", 608));
    }

    @Test
    void saysWhenEvenTheLowestLimitsDoNotFit() {
        assertThat(SimulatedService.firstDecision(
                        policy(HALF), observe(0, 399, PowerReading.fresh(700, 0), busy("a", 2, 1))))
                .returns("floor-reached", Decision::code)
                .returns(List.of(ServiceAction.gpuLimit("a", 200)), Decision::actions);
    }
}
