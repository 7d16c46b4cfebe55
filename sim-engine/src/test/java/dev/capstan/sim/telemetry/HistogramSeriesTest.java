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
            exposed.observe(seconds * 1e9);
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

        series.query(20 * SECOND, WINDOW);
        assertThat(series.quantile(0.95)).isEqualTo(0.075 + 0.025 * 55 / 60, within(1e-9));
        assertThat(series.quantile(0.05)).isEqualTo(0.0175, within(1e-9));
        assertThat(series.mean()).isEqualTo(0.074, within(1e-9));
    }

    /** 30 in the 15 s between the two scrapes of the window; the slow ones before them are forgotten. */
    @Test
    void countsWhatTheWindowHolds() {
        series.scrape(0);
        observe(1000, 1);
        series.scrape(15 * SECOND);
        observe(30, 0.005);
        series.scrape(30 * SECOND);

        series.query(30 * SECOND, 15 * SECOND + 1);
        assertThat(series.quantile(0.5)).isEqualTo(0.005, within(1e-9));
        assertThat(series.perSecond()).isEqualTo(2, within(1e-6));
    }

    /** The last bucket has no end: Prometheus answers with where it begins. */
    @Test
    void answersWithTheLowerEndOfTheLastBucket() {
        series.scrape(0);
        observe(1, 100);
        series.scrape(15 * SECOND);

        series.query(15 * SECOND, WINDOW);
        assertThat(series.quantile(0.99)).isEqualTo(80);
    }

    @Test
    void knowsNothingWithoutTwoScrapesOrALatency() {
        observe(5, 0.1);
        series.scrape(0);
        series.query(0, WINDOW);
        assertThat(series.quantile(0.5)).isNaN();
        assertThat(series.mean()).isNaN();
        series.scrape(15 * SECOND);
        series.query(15 * SECOND, WINDOW);
        assertThat(series.quantile(0.5)).isNaN();
        assertThat(series.mean()).isNaN();
        assertThat(series.perSecond()).isZero();
    }
}
