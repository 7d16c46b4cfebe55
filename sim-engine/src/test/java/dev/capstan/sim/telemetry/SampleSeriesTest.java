package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampleSeriesTest {

    @Test
    void keepsWhatTheRetentionNeedsAndNoMore() {
        SampleSeries series = new SampleSeries(100);
        for (int i = 0; i <= 10_000; i++) {
            series.append(i, i);
        }

        // (9900, 10000]: a window is open on the left.
        assertThat(series.size()).isEqualTo(100);
        assertThat(series.newestSampleNanos(9_901)).isEqualTo(9_901);
        assertThat(series.newestSampleNanos(9_900)).isEqualTo(SampleSeries.NO_SAMPLE);
        assertThat(PromQl.rate(series, 10_000, 100) * 1e-9).isEqualTo(1, within(1e-12));
    }

    @Test
    void tellsTheTimeOfTheNewestSampleEvenWhenItIsStale() {
        SampleSeries series = new SampleSeries(100);
        assertThat(series.newestSampleNanos(50)).isEqualTo(SampleSeries.NO_SAMPLE);

        series.append(10, 1);
        series.markStale(20);
        assertThat(series.newestSampleNanos(9)).isEqualTo(SampleSeries.NO_SAMPLE);
        assertThat(series.newestSampleNanos(50)).isEqualTo(10);
    }

    @Test
    void ignoresAStaleMarkerWithoutASample() {
        SampleSeries series = new SampleSeries(100);
        series.markStale(5);
        series.append(10, 1);

        assertThat(PromQl.latest(series, 10, 100)).isEqualTo(1);
    }

    @Test
    void refusesSamplesAndMarkersOutOfOrder() {
        SampleSeries series = new SampleSeries(100);
        series.append(10, 1);

        assertThatIllegalArgumentException().isThrownBy(() -> series.append(10, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> series.markStale(9));
        assertThatIllegalArgumentException().isThrownBy(() -> new SampleSeries(0));
    }
}
