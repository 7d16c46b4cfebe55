package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalTest {

    /** R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the score method without correction. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0, 0.1611", "1, 29, 0.0061, 0.1718"})
    void agreesWithThePublishedScoreIntervalsOfShares(long successes, long trials, double low, double high) {
        Interval share = Interval.ofShare(successes, trials);

        assertThat(share.estimate()).isEqualTo((double) successes / trials);
        assertThat(share.low()).isCloseTo(low, within(5e-5));
        assertThat(share.high()).isCloseTo(high, within(5e-5));
    }

    /** Trials that differ by no more than chance are worth as many as there are; those of runs that are all alike one each. */
    @Test
    void countsTrialsOfClustersAsManyAsTheyAreWorth() {
        assertThat(Interval.ofShare(new double[] {3, 1, 2, 2}, new double[] {4, 4, 4, 4}))
                .isEqualTo(Interval.ofShare(8, 16));
        assertThat(Interval.ofShare(new double[] {5, 0, 0, 5}, new double[] {5, 5, 5, 5}))
                .returns(0.5, Interval::estimate)
                .satisfies(share -> assertThat(share.low())
                        .isCloseTo(
                                Interval.ofShare(new double[] {3}, new double[] {6})
                                        .low(),
                                within(0.1)));
        // One run says nothing of how alike they are; nor do runs that contained all.
        assertThat(Interval.ofShare(new double[] {5}, new double[] {10})).isEqualTo(Interval.ofShare(5, 10));
        assertThat(Interval.ofShare(new double[] {10, 10}, new double[] {10, 10}))
                .isEqualTo(Interval.ofShare(20, 20));
        assertThat(Interval.ofShare(new double[] {0}, new double[] {0}).estimate())
                .isNaN();
    }

    @Test
    void mirrorsAllSuccessesAndNone() {
        Interval none = Interval.ofShare(0, 20);
        Interval all = Interval.ofShare(20, 20);

        assertThat(all.high()).isEqualTo(1);
        assertThat(all.low()).isCloseTo(1 - none.high(), within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"0.5", "0.9", "0.95", "0.99", "0.999"})
    void saysHowManyTrialsItTakesToReachAShare(double low) {
        long trials = Interval.trialsFor(low);

        assertThat(Interval.ofShare(trials, trials).low()).isGreaterThanOrEqualTo(low);
        assertThat(Interval.ofShare(trials - 1, trials - 1).low()).isLessThan(low);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 9, 25, 26, 49, 1000})
    void holdsTheShareOfAllAndOfNone(long trials) {
        assertThat(Interval.ofShare(trials, trials).high()).isEqualTo(1);
        assertThat(Interval.ofShare(0, trials).low()).isEqualTo(0);
    }

    @Test
    void hasNoShareOfNothing() {
        assertThat(Interval.ofShare(0, 0).estimate()).isNaN();
        assertThat(Interval.ofShare(0, 0).low()).isNaN();
        assertThat(Interval.ofShare(0, 0).high()).isNaN();
    }

    @Test
    void widensAMeanByStudentsT() {
        // Mean 3, s = sqrt(10 / 4); t(0.975; 4) = 2.776445 of any table: 2.776445 x sqrt(2.5 / 5) = 1.963243.
        Interval mean = Interval.ofMean(new double[] {1, 2, 3, 4, 5});

        assertThat(mean.estimate()).isEqualTo(3);
        assertThat(mean.low()).isCloseTo(3 - 1.963243, within(1e-6));
        assertThat(mean.high()).isCloseTo(3 + 1.963243, within(1e-6));
    }

    @Test
    void leavesOutValuesThatDoNotExist() {
        // Mean 2, s = sqrt(2), s / sqrt(2) = 1; t(0.975; 1) = 12.7062.
        Interval mean = Interval.ofMean(new double[] {1, Double.NaN, 3});

        assertThat(mean.estimate()).isEqualTo(2);
        assertThat(mean.high() - mean.low()).isCloseTo(2 * 12.7062, within(1e-4));
    }

    @Test
    void isTheValueItselfWhereThereIsButOne() {
        assertThat(Interval.ofMean(new double[] {7})).isEqualTo(new Interval(7, 7, 7));
        assertThat(Interval.ofMean(new double[] {Double.NaN}).estimate()).isNaN();
    }
}
