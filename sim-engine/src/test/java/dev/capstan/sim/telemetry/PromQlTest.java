package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Every branch of the queries, on series made by hand; the numbers are computed in the comments. */
class PromQlTest {

    private static final double EXACT = 1e-12;

    @Test
    void extrapolatesToBothEdgesWhenTheyAreNear() {
        // increase 300 over 30 s; 10 s to the start and 5 s to the end, both below 1.1 * 15 s: 300 * 45/30 / 45
        SampleSeries counter = series(new double[] {10, 1000, 25, 1150, 40, 1300});

        assertThat(rate(counter, 45, 45)).isEqualTo(10, within(EXACT));
    }

    @Test
    void addsHalfAGapWhenAnEdgeIsFar() {
        // t - W = -15: 17 s to the start is over 16.5 s, so 7.5 s; 13 s to the end: 300 * (30 + 7.5 + 13)/30 / 60
        SampleSeries counter = series(new double[] {2, 1000, 17, 1150, 32, 1300});

        assertThat(rate(counter, 45, 60)).isEqualTo(300 * 50.5 / 30 / 60, within(EXACT));

        // At t = 50 the first sample is 12 s from the start, the last one 18 s from the end, so 7.5 s there.
        assertThat(rate(counter, 50, 60)).isEqualTo(300 * (30 + 12 + 7.5) / 30 / 60, within(EXACT));
    }

    @Test
    void countsAnEdgeOfExactlyElevenTenthsOfAGapAsFar() {
        // Gap 10 s, threshold 11 s, 11 s to the end and 9 s to the start: 100 * (10 + 9 + 5)/10 / 30
        SampleSeries counter = series(new double[] {9, 1000, 19, 1100});

        assertThat(rate(counter, 30, 30)).isEqualTo(100 * 24 / 10.0 / 30, within(EXACT));
    }

    @Test
    void doesNotExtrapolateACounterBelowZero() {
        // The counter of 20 would be zero 30 * 20/300 = 2 s before its first sample, which is nearer than the 10 s.
        SampleSeries counter = series(new double[] {10, 20, 25, 170, 40, 320});

        assertThat(rate(counter, 45, 45)).isEqualTo(300 * (30 + 2 + 5) / 30.0 / 45, within(EXACT));
    }

    @Test
    void addsTheValueBeforeEachResetOfTheCounter() {
        // 100, 160, reset to 10, 70, reset to 5: 5 - 100 + 160 + 70 = 135 over 60 s; the zero lies 60 * 100/135 s back.
        SampleSeries counter = series(new double[] {0, 100, 15, 160, 30, 10, 45, 70, 60, 5});

        assertThat(rate(counter, 60, 61)).isEqualTo(135 * (60 + 1) / 60.0 / 61, within(EXACT));
    }

    @Test
    void forgetsAResetThatHasLeftTheWindow() {
        SampleSeries counter = series(new double[] {0, 500, 15, 10, 30, 160, 45, 310});

        // Samples at 30 and 45 only (15 lies on the open edge): 150 * (15 + 15)/15 / 30
        assertThat(rate(counter, 45, 30)).isEqualTo(10, within(EXACT));
    }

    @Test
    void leavesTheLeftEdgeOfTheWindowOut() {
        SampleSeries counter = series(new double[] {0, 100, 15, 250});

        assertThat(rate(counter, 15, 15)).isNaN();
        assertThat(rate(counter, 15, 16)).isEqualTo(150 * (15 + 1) / 15.0 / 16, within(EXACT));
    }

    @Test
    void givesNothingForFewerThanTwoSamples() {
        SampleSeries counter = series(new double[] {0, 100, 15, 250});

        assertThat(rate(new SampleSeries(seconds(60)), 15, 30)).isNaN();
        assertThat(rate(counter, 10, 30)).isNaN();
        assertThat(rate(counter, 35, 30)).isNaN();
        assertThat(rate(counter, 100, 30)).isNaN();
    }

    @Test
    void seesOnlyWhatWasThereAtTheInstantOfTheQuery() {
        SampleSeries counter = series(new double[] {0, 1000, 15, 1150, 30, 9999});

        assertThat(rate(counter, 15, 20)).isEqualTo(150 * (15 + 5) / 15.0 / 20, within(EXACT));
        assertThat(latest(counter, 29)).isEqualTo(1150);
    }

    @Test
    void ratesAConstantCounterAsZero() {
        assertThat(rate(series(new double[] {0, 7, 15, 7, 30, 7}), 30, 45)).isZero();
    }

    @Test
    void takesTheSlopeOfTheTwoNewestSamplesForIrate() {
        SampleSeries counter = series(new double[] {0, 100, 15, 250, 25, 450});

        assertThat(PromQl.irate(counter, seconds(40), seconds(60))).isEqualTo(20, within(EXACT));
        assertThat(PromQl.irate(counter, seconds(40), seconds(20))).isNaN();
    }

    @Test
    void takesTheNewestValueAsTheIncreaseOfIrateAfterAReset() {
        SampleSeries counter = series(new double[] {0, 100, 15, 30});

        assertThat(PromQl.irate(counter, seconds(15), seconds(60))).isEqualTo(2, within(EXACT));
    }

    @Test
    void looksBackFiveMinutesAndNoFurther() {
        SampleSeries gauge = series(new double[] {0, 42});

        assertThat(latest(gauge, -1)).isNaN();
        assertThat(latest(gauge, 0)).isEqualTo(42);
        assertThat(latest(gauge, 299)).isEqualTo(42);
        assertThat(latest(gauge, 300)).isNaN();
        assertThat(latest(new SampleSeries(seconds(300)), 0)).isNaN();
    }

    @Test
    void findsNothingAfterAStaleMarkerUntilTheNextSample() {
        SampleSeries gauge = series(new double[] {0, 42});
        gauge.markStale(seconds(20));
        gauge.markStale(seconds(25));

        assertThat(latest(gauge, 19)).isEqualTo(42);
        assertThat(latest(gauge, 20)).isNaN();

        gauge.append(seconds(30), 43);
        assertThat(latest(gauge, 30)).isEqualTo(43);
        assertThat(latest(gauge, 29)).isNaN();
    }

    @Test
    void keepsRatingPastAStaleMarker() {
        SampleSeries counter = series(new double[] {0, 1000, 15, 1150});
        double before = rate(counter, 20, 30);
        counter.markStale(seconds(18));

        assertThat(rate(counter, 20, 30)).isEqualTo(before);
    }

    @Test
    void refusesAWindowLongerThanTheRetention() {
        SampleSeries counter = series(new double[] {0, 100});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> rate(counter, 0, 601))
                .withMessageContaining("601000000000 ns");
        assertThatIllegalArgumentException().isThrownBy(() -> rate(counter, 0, 0));
    }

    private static SampleSeries series(double[] secondsAndValues) {
        SampleSeries series = new SampleSeries(seconds(600));
        for (int i = 0; i < secondsAndValues.length; i += 2) {
            series.append(seconds(secondsAndValues[i]), secondsAndValues[i + 1]);
        }
        return series;
    }

    private static double rate(SampleSeries series, double atSeconds, double windowSeconds) {
        return PromQl.rate(series, seconds(atSeconds), seconds(windowSeconds));
    }

    private static double latest(SampleSeries series, double atSeconds) {
        return PromQl.latest(series, seconds(atSeconds), PromQl.DEFAULT_LOOKBACK_NANOS);
    }

    private static long seconds(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
