package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ArrivalLawTest {

    private static final int DRAWS = 1_000_000;

    /**
     * The CV of n Weibull intervals of CV 2.5, the widest of these, has a relative standard error of 4.3 / sqrt(n) (see
     * RequestGeneratorTest): 0.43 % for a million, so that 2 % are more than four.
     */
    @ParameterizedTest
    @CsvSource({"GAMMA, 0.3", "GAMMA, 1", "GAMMA, 2.5", "WEIBULL, 0.3", "WEIBULL, 1", "WEIBULL, 2.5"})
    void intervalsHaveMeanOneAndTheirVariationWithinTwoPercent(ArrivalLaw.Intervals intervals, double cv) {
        IntervalSampler sampler = new ArrivalLaw(intervals, cv, 0).sampler();
        RandomStream random = RandomStream.named(1, "law");
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double interval = sampler.next(random);
            sum += interval;
            squares += interval * interval;
        }
        double mean = sum / DRAWS;
        assertThat(mean).isCloseTo(1, within(4 * cv / Math.sqrt(DRAWS)));
        assertThat(Math.sqrt(squares / DRAWS - mean * mean) / mean).isCloseTo(cv, within(0.02 * cv));
    }

    @ParameterizedTest
    @EnumSource(ArrivalLaw.Intervals.class)
    void aProcessThatBeginsAnywhereHasItsRateFromTheStartOn(ArrivalLaw.Intervals intervals) {
        IntervalSampler sampler = new ArrivalLaw(intervals, 3, 0).sampler();
        RandomStream random = RandomStream.named(2, "stationary");
        int runs = 400_000;
        long arrivals = 0;
        for (int run = 0; run < runs; run++) {
            double at = sampler.first(random);
            while (at < 5) {
                arrivals++;
                at += sampler.next(random);
            }
        }
        // Five mean intervals hold five arrivals on average; begun with an ordinary interval they would hold about
        // (cv^2 - 1) / 2 = 4 more. Standard error below 3 sqrt(5) / sqrt(400,000) = 0.011.
        assertThat(arrivals / (double) runs).isCloseTo(5, within(0.05));
    }

    @Test
    void aGridNotesArrivalsAtTheBeginningOfTheirCell() {
        ArrivalLaw law = ArrivalLaw.POISSON.clumped(3_000);
        assertThat(law.noted(2_999)).isZero();
        assertThat(law.noted(3_000)).isEqualTo(3_000);
        assertThat(ArrivalLaw.POISSON.noted(2_999)).isEqualTo(2_999);
        assertThat(law).hasToString("poisson clumped on 3us");
        assertThat(ArrivalLaw.weibull(2)).hasToString("weibull(cv=2.0)");
    }

    @Test
    void refusesWhatMeansNothing() {
        assertThatThrownBy(() -> ArrivalLaw.weibull(Double.NaN)).hasMessageContaining("cv must be from 0.001 to 500");
        assertThatThrownBy(() -> ArrivalLaw.POISSON.clumped(-1)).hasMessageContaining("at least 0 ns");
    }
}
