package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** One service of a thousand boards of 200 to 700 W: a whole watt of a limit is a 500th of the 500 kW that limits move. */
class PidPolicyTest {

    private static final int BOARDS = 1000;
    private static final double SPAN_WATTS = 500_000;

    private final SimulatedService service = SimulatedService.of("a", BOARDS, 0);

    private static double share(SimulatedService service) {
        return (service.gpuLimitWatts - 200) / 500;
    }

    /**
     * A first-order lag of 20 s behind the share. Proportional and integral action with the lag as integral time cancel it, and
     * with a gain of 2 power goes to the setpoint with a time constant of 20 s / 2: from 200 kW to 280 kW, at 250.6 kW after
     * 10 s, 269.2 kW after 20 s, 279.8 kW after 60 s. Whole watts of a limit are steps of 1 kW.
     */
    @Test
    void followsTheClosedFormOfALagThatItsIntegralTimeCancels() {
        RunningPolicy<?> stepper = RunningPolicy.of(new PidPolicy(1, 2, 20, 0));
        double lagSeconds = 20;
        double stepSeconds = 0.05;
        double watts = 500_000;
        double seconds = 0;
        // To the lower setpoint first, so that the share is not at its end.
        for (int i = 0; i < 600 / stepSeconds; i++) {
            seconds += stepSeconds;
            service.apply(stepper.step(observe(seconds, 200_000, PowerReading.fresh(watts, 0), service)));
            watts += (SPAN_WATTS * share(service) - watts) * stepSeconds / lagSeconds;
        }
        assertThat(watts).isCloseTo(200_000, within(1_200.0));
        double from = watts;
        for (int i = 1; i <= 60 / stepSeconds; i++) {
            seconds += stepSeconds;
            service.apply(stepper.step(observe(seconds, 280_000, PowerReading.fresh(watts, 0), service)));
            watts += (SPAN_WATTS * share(service) - watts) * stepSeconds / lagSeconds;
            double expected = 280_000 - (280_000 - from) * StrictMath.exp(-i * stepSeconds * 2 / lagSeconds);
            assertThat(watts).as("after %s s", i * stepSeconds).isCloseTo(expected, within(1_200.0));
        }
    }

    /** An hour under the cap, then 5 % of the range over it: 1 - 0.85 * 0.05 = 0.9575 of the range, 678 W, at once. */
    @Test
    void doesNotWindUp() {
        RunningPolicy<?> stepper = RunningPolicy.of(new PidPolicy(1, 0.85, 17, 0));
        for (int second = 0; second <= 3600; second += 5) {
            assertThat(stepper.step(observe(second, 600_000, PowerReading.fresh(100_000, 0), service))
                            .actions())
                    .isEmpty();
        }
        // The same sample again adds no time to the integral: it acts by what is missing now alone.
        PowerReading old = new PowerReading(625_000, 5_000_000_000L, Quality.FRESH);
        assertThat(stepper.step(observe(3605, 600_000, old, service)).actions())
                .containsExactly(ServiceAction.gpuLimit("a", 678));
    }

    /** Limits that stay at 300 W, whatever is asked for, hold the integral at 0.2; 5 % over is 0.2 - 0.85 * 0.05. */
    @Test
    void doesNotWindUpWhileItsRaisesAreHeldBack() {
        RunningPolicy<?> stepper = RunningPolicy.of(new PidPolicy(1, 0.85, 1e6, 0));
        service.gpuLimitWatts = 300;
        for (int second = 0; second <= 600; second += 5) {
            stepper.step(observe(second, 600_000, PowerReading.fresh(300_000, 0), service));
        }
        // 200 + 500 * (0.2 - 0.0425) = 278.75 W.
        assertThat(stepper.step(observe(605, 600_000, PowerReading.fresh(625_000, 0), service))
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("a", 278));
    }

    /**
     * Derivative action alone, 2 s on 50 kW in 5 s: 1 - 2 * (50 / 5) / 500 = 0.96 of the range. A cap that falls to what is drawn moves
     * nothing by itself.
     */
    @Test
    void takesTheDerivativeOfTheMeasurementNotOfTheCap() {
        RunningPolicy<?> stepper = RunningPolicy.of(new PidPolicy(1, 1, 0, 2));
        stepper.step(observe(0, 500_000, PowerReading.fresh(500_000, 0), service));
        assertThat(stepper.step(observe(5, 550_000, PowerReading.fresh(550_000, 0), service))
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("a", 680));
        RunningPolicy<?> other = RunningPolicy.of(new PidPolicy(1, 1, 0, 2));
        other.step(observe(0, 800_000, PowerReading.fresh(500_000, 0), service));
        assertThat(other.step(observe(5, 500_000, PowerReading.fresh(500_000, 0), service))
                        .actions())
                .isEmpty();
    }

    /** Two services with other boards get the same share of their range: 0.5 of 200 to 700 W and of 100 to 400 W. */
    @Test
    void givesEveryServiceTheSameShareOfItsRange() {
        SimulatedService a = SimulatedService.of("a", 1, 0);
        SimulatedService b = SimulatedService.of("b", 1, 0).with400WattBoards();
        // A gain of 1 on an error of half of 500 + 300 W.
        RunningPolicy<?> stepper = RunningPolicy.of(new PidPolicy(1, 1, 0, 0));
        assertThat(stepper.step(observe(0, 600, PowerReading.fresh(1000, 0), a, b))
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("a", 450), ServiceAction.gpuLimit("b", 250));
    }

    @Test
    void hasNothingToLimitWithoutReplicas() {
        assertThat(RunningPolicy.of(new PidPolicy(1, 1, 0, 0))
                        .step(observe(0, 600, PowerReading.fresh(1000, 0), new SimulatedService("a"))))
                .returns("no-limits", Decision::code);
    }
}
