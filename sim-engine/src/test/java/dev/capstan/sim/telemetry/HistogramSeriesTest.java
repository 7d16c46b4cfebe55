package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.LatencyHistogram;
import org.junit.jupiter.api.Test;

class HistogramSeriesTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long WINDOW = 60 * SECOND;

    private final LatencyHistogram exposed = LatencyHistogram.ofTpot();
    private final HistogramSeries series = new HistogramSeries(exposed, 300 * SECOND);

    private void observe(int times, double seconds) {
        for (int i = 0; i < times; i++) {
            exposed.observe(seconds);
        }
    }

    /**
     * Of 100 latencies 10 are up to 25 ms, 40 up to 75, all up to 100. P95: 75 + 25 * (95 - 40) / 60 ms; P5: half of the way
     * from 10 to 25 ms. The mean is that of the sums, 7.4 s / 100.
     */
    @Test
    void interpolatesQuantilesInsideTheBuckets() {
        series.scrape(0);
        observe(10, 0.02);
        observe(30, 0.06);
        observe(60, 0.09);
        series.scrape(15 * SECOND);

        long now = 20 * SECOND;
        assertThat(series.quantile(0.95, now, WINDOW)).isEqualTo(0.075 + 0.025 * 55 / 60, within(1e-9));
        assertThat(series.quantile(0.05, now, WINDOW)).isEqualTo(0.0175, within(1e-9));
        assertThat(series.mean(now, WINDOW)).isEqualTo(0.074, within(1e-9));
    }

    /** 30 in the 15 s between the two scrapes of the window; the slow ones before them are forgotten. */
    @Test
    void countsWhatTheWindowHolds() {
        series.scrape(0);
        observe(1000, 1);
        series.scrape(15 * SECOND);
        observe(30, 0.005);
        series.scrape(30 * SECOND);

        assertThat(series.quantile(0.5, 30 * SECOND, 15 * SECOND + 1)).isEqualTo(0.005, within(1e-9));
        assertThat(series.perSecond(30 * SECOND, 15 * SECOND + 1)).isEqualTo(2, within(1e-6));
    }

    /** The last bucket has no end: Prometheus answers with where it begins. */
    @Test
    void answersWithTheLowerEndOfTheLastBucket() {
        series.scrape(0);
        observe(1, 100);
        series.scrape(15 * SECOND);

        assertThat(series.quantile(0.99, 15 * SECOND, WINDOW)).isEqualTo(80);
    }

    @Test
    void knowsNothingWithoutTwoScrapesOrALatency() {
        observe(5, 0.1);
        series.scrape(0);
        assertThat(series.quantile(0.5, 0, WINDOW)).isNaN();
        assertThat(series.mean(0, WINDOW)).isNaN();
        series.scrape(15 * SECOND);
        assertThat(series.quantile(0.5, 15 * SECOND, WINDOW)).isNaN();
        assertThat(series.mean(15 * SECOND, WINDOW)).isNaN();
        assertThat(series.perSecond(15 * SECOND, WINDOW)).isZero();
    }
}
