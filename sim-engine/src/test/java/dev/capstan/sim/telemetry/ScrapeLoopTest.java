package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ScrapeLoopTest {

    @Test
    void scrapesAtThePhaseAndEveryIntervalAfterIt() {
        ScrapeLoop loop = new ScrapeLoop(15, 4);

        assertThat(loop.nextScrapeNanos(-1)).isEqualTo(4);
        assertThat(loop.nextScrapeNanos(3)).isEqualTo(4);
        assertThat(loop.nextScrapeNanos(4)).isEqualTo(19);
        assertThat(loop.nextScrapeNanos(20)).isEqualTo(34);
    }

    @Test
    void marksASeriesThatVanishedAtTheNextScrape() {
        assertThat(new ScrapeLoop(15, 4).staleAfterSeriesGoneNanos(10)).isEqualTo(19);
    }

    @Test
    void marksTheSeriesOfATargetThatVanishedALittleOverTwoIntervalsAfterItsLastScrape() {
        // Last scrape at 40, the next would have been at 140, the one after at 240, and a tenth more.
        assertThat(new ScrapeLoop(100, 40).staleAfterTargetGoneNanos(60)).isEqualTo(250);
    }

    @Test
    void exposesTheValueOfTheLastRefresh() {
        ExporterClock exporter = new ExporterClock(ExporterClock.DCGM_INTERVAL_NANOS, 7_000_000_000L);

        assertThat(exporter.lastRefreshNanos(36_999_999_999L)).isEqualTo(7_000_000_000L);
        assertThat(exporter.lastRefreshNanos(37_000_000_000L)).isEqualTo(37_000_000_000L);
        assertThat(exporter.lastRefreshNanos(0)).isEqualTo(-23_000_000_000L);
    }

    @Test
    void refusesAPhaseOutsideTheInterval() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScrapeLoop(15, 15))
                .withMessageContaining("[0, 15) ns, was 15 ns");
        assertThatIllegalArgumentException().isThrownBy(() -> new ExporterClock(15, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ExporterClock(0, 0));
    }
}
