package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DisturbanceTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aStepJumpsAndStays() {
        assertThat(watts(Disturbance.step(100, 300, 2 * SECOND, 5 * SECOND))).containsExactly(100, 100, 300, 300, 300);
    }

    @Test
    void aDropIsAStepDown() {
        assertThat(watts(Disturbance.step(300, 0, SECOND, 3 * SECOND))).containsExactly(300, 0, 0);
    }

    @Test
    void aRampHoldsTheMeanOfEachCell() {
        // From 100 W at 1 s to 500 W at 5 s: 100 W/s, means half way through each second.
        assertThat(watts(of(Disturbance.Shape.RAMP, 100, 500, 1, 4, 7)))
                .containsExactly(100, 150, 250, 350, 450, 500, 500);
    }

    @Test
    void aBurstComesBack() {
        assertThat(watts(of(Disturbance.Shape.BURST, 1, 9, 1, 2, 5))).containsExactly(1, 9, 9, 1, 1);
    }

    @Test
    void aSquareWaveGoesOnForEver() {
        assertThat(watts(of(Disturbance.Shape.SQUARE, 1, 9, 1, 2, 10))).containsExactly(1, 9, 9, 1, 1, 9, 9, 1, 1, 9);
    }

    @Test
    void aCornerWithinACellKeepsTheIntegral() {
        // The step at 1.25 s leaves a quarter of its second at 0 and the rest at 8.
        Disturbance step = Disturbance.step(0, 8, 5 * SECOND / 4, 3 * SECOND);
        assertThat(watts(step)).containsExactly(0, 6, 8);
    }

    @Test
    void theLastCellMayBeShorter() {
        PowerTrace power = Disturbance.step(1, 2, SECOND, 5 * SECOND / 2).power(SECOND);
        assertThat(power.size()).isEqualTo(3);
        assertThat(power.endNanos()).isEqualTo(5 * SECOND / 2);
    }

    @Test
    void ratesAreTheSameSignal() {
        RateProfile rates = of(Disturbance.Shape.BURST, 2, 20, 10, 5, 60).rates(SECOND);
        double requests = IntStream.range(0, rates.size())
                .mapToDouble(rates::requestsPerSecond)
                .sum();
        assertThat(requests).isCloseTo(2 * 60 + 18 * 5, within(1e-9));
        assertThat(rates.origin().path())
                .isEqualTo("generated rates: burst, base=2.0, peak=20.0, from=10s, length=5s, duration=1m, cells=1s");
    }

    @Test
    void refusesWhatMeansNothing() {
        assertThatThrownBy(() -> Disturbance.step(-1, 2, 0, SECOND)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> Disturbance.step(1, 2, SECOND, SECOND)).hasMessageContaining("before the signal ends");
        assertThatThrownBy(() -> Disturbance.step(1, 2, 0, SECOND).power(0)).hasMessageContaining("longer than 0s");
        assertThatThrownBy(() -> Disturbance.step(1, 2, 0, SECOND).power(1)).hasMessageContaining("at most");
    }

    private static Disturbance of(
            Disturbance.Shape shape, double base, double peak, long from, long length, long duration) {
        return new Disturbance(shape, base, peak, from * SECOND, length * SECOND, duration * SECOND);
    }

    private static double[] watts(Disturbance disturbance) {
        return disturbance.power(SECOND).watts();
    }
}
