package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CounterSwingTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aCounterThatIsRefreshedAsOftenAsScrapedIsRead() {
        assertThat(CounterSwing.of(5, 5, 30)).isEqualTo(new CounterSwing(1, 1));
        assertThat(CounterSwing.of(5, 15, 60)).isEqualTo(new CounterSwing(1, 1));
    }

    @Test
    void dcgmsHalfMinuteMakesAMinuteSwingByAThird() {
        // Samples of a minute span 45 s, in which the counter grows by one or two refreshes of 30 s: 2/3 and 4/3.
        CounterSwing swing = CounterSwing.of(30, 15, 60);

        assertThat(swing.lowest()).isEqualTo(2 / 3.0, within(1e-12));
        assertThat(swing.highest()).isEqualTo(4 / 3.0, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({
        "30, 15, 30",
        "30, 5, 30",
        "30, 5, 60",
        "30, 15, 60",
        "30, 5, 120",
        "30, 15, 120",
        "30, 15, 300",
        "10, 15, 60"
    })
    void isWhatRateMakesOfSteadyPower(int exporter, int scrape, int window) {
        // 100 W for 20 min, refreshed at 1.7 s of each interval and scraped at 0.4 s of its own.
        SampleSeries counter = new SampleSeries(window * SECOND);
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (double at = 0.4; at < 1200; at += scrape) {
            counter.append((long) (at * SECOND), 1e6 + 100 * (1.7 + exporter * Math.floor((at - 1.7) / exporter)));
            if (at > window) {
                double rate = PromQl.rate(counter, (long) ((at + 0.1) * SECOND), window * SECOND);
                lowest = Math.min(lowest, rate);
                highest = Math.max(highest, rate);
            }
        }

        CounterSwing swing = CounterSwing.of(exporter, scrape, window);
        assertThat(lowest).isEqualTo(100 * swing.lowest(), within(1e-6));
        assertThat(highest).isEqualTo(100 * swing.highest(), within(1e-6));
    }

    @Test
    void refusesAWindowWithoutTwoScrapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CounterSwing.of(5, 15, 20))
                .withMessageContaining("must hold two scrapes, was 20.0 s");
    }
}
