package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Pods that come and go, seen through {@code rate(energy[60s])} scraped every 15 s. */
class PhantomPowerTest {

    private static final double WATTS = 400;
    private static final int WINDOW_SECONDS = 60;
    private static final int SCRAPE_SECONDS = 15;

    @Test
    void readsAPodThatIsGoneInFullForElevenTenthsOfAScrape() {
        SampleSeries energy = deletedPod();

        for (double s = 0; s < 1.1 * SCRAPE_SECONDS; s += 0.25) {
            assertThat(rate(energy, s)).as("%s s after", s).isEqualTo(WATTS, within(1e-6));
        }
    }

    @Test
    void readsAPodThatIsGoneWithAShareThatFallsToNothing() {
        SampleSeries energy = deletedPod();

        for (double s = 1.1 * SCRAPE_SECONDS; s < WINDOW_SECONDS - SCRAPE_SECONDS; s += 0.25) {
            double law = WATTS * (WINDOW_SECONDS - s + SCRAPE_SECONDS / 2.0) / WINDOW_SECONDS;
            assertThat(rate(energy, s)).as("%s s after", s).isEqualTo(law, within(1e-6));
        }
        // s = 20: samples at 0, -15 and -30, 10 s to the start, half a gap to the end: 400 * 30 * (47.5/30) / 60.
        assertThat(rate(energy, 20)).isEqualTo(400 * 47.5 / 60, within(1e-6));
    }

    @Test
    void readsNothingOnceFewerThanTwoSamplesRemain() {
        SampleSeries energy = deletedPod();

        assertThat(rate(energy, 44.9)).isPositive();
        assertThat(rate(energy, 45)).isNaN();
        assertThat(rate(energy, 200)).isNaN();
    }

    @Test
    void seesAboutHalfAWindowOfEnergyThatNobodyDraws() {
        SampleSeries energy = deletedPod();
        double joules = 0;
        for (int i = 0; i < 100 * (WINDOW_SECONDS - SCRAPE_SECONDS); i++) {
            joules += rate(energy, (i + 0.5) / 100) / 100;
        }

        // Exactly: 16.5 s in full, then the mean of (W - s + d/2)/W from 16.5 s to 45 s, 0.6125, over 28.5 s: 33.96 s
        // of 400 W. The guide rounds it to W/2 = 30 s.
        assertThat(joules).isEqualTo(WATTS * 33.96, within(WATTS * 0.1));
        assertThat(joules).isEqualTo(WATTS * WINDOW_SECONDS / 2, within(WATTS * SCRAPE_SECONDS / 2));
    }

    @Test
    void underReadsANewPodForAWholeWindow() {
        // The counter starts from zero at time 0; the first scrape comes 5 s later.
        SampleSeries energy = new SampleSeries(seconds(WINDOW_SECONDS));
        energy.append(seconds(5), WATTS * 5);
        assertThat(rate(energy, 10)).isNaN();

        for (int t = 20; t <= 95; t += SCRAPE_SECONDS) {
            energy.append(seconds(t), WATTS * t);
            double law = WATTS * Math.min(1, t / (double) WINDOW_SECONDS);
            assertThat(rate(energy, t)).as("%d s after the start", t).isEqualTo(law, within(1e-6));
        }
    }

    /** A pod that had drawn its power for long; its last sample is at time 0. */
    private static SampleSeries deletedPod() {
        SampleSeries energy = new SampleSeries(seconds(WINDOW_SECONDS));
        for (int t = -150; t <= 0; t += SCRAPE_SECONDS) {
            energy.append(seconds(t), WATTS * (1000 + t));
        }
        return energy;
    }

    private static double rate(SampleSeries energy, double atSeconds) {
        return PromQl.rate(energy, seconds(atSeconds), seconds(WINDOW_SECONDS));
    }

    private static long seconds(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
