package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonForecast.Slot;
import dev.capstan.capping.CarbonReading;
import dev.capstan.sim.experiment.Experiment.CarbonSource;
import dev.capstan.sim.experiment.Experiment.Forecast;
import dev.capstan.trace.CarbonTrace;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A trace of hours: 100, 101, ... g/kWh, two days long, unless a test says otherwise. */
class CarbonFeedTest {

    private static final long MINUTE = 60 * TinyExperiment.SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final CarbonTrace TWO_DAYS = TinyExperiment.carbon(
            LongStream.range(0, 48).map(hour -> hour * 3600).toArray(),
            LongStream.range(0, 48).mapToDouble(hour -> 100.0 + hour).toArray());

    @Test
    void showsTheValueOfTheLastPublicationAndItsAge() {
        CarbonFeed feed = new CarbonFeed(TWO_DAYS, null, source(Forecast.NONE, 24, 30, 10), 2 * HOUR);
        // 1:09 h into the run the publication of 0:30 is known, of the trace's hour 2; a minute later that of 1:00.
        assertThat(feed.at(69 * MINUTE)).isEqualTo(new CarbonReading(102, 39 * MINUTE, issued(30)));
        assertThat(feed.at(70 * MINUTE)).isEqualTo(new CarbonReading(103, 10 * MINUTE, issued(60)));
        // What was published before the run began is known too.
        assertThat(feed.at(0)).isEqualTo(new CarbonReading(101, 30 * MINUTE, issued(-30)));
    }

    @Test
    void knowsNothingFromBeforeTheTrace() {
        CarbonFeed feed = new CarbonFeed(TWO_DAYS, null, source(Forecast.PERFECT, 24, 30, 10), 0);
        assertThat(feed.at(9 * MINUTE)).isEqualTo(CarbonReading.UNKNOWN);
        assertThat(feed.at(10 * MINUTE).gramsPerKilowattHour()).isEqualTo(100);
    }

    @Test
    void foreseesTheTraceItselfByPerfectForesight() {
        CarbonFeed feed = new CarbonFeed(TWO_DAYS, null, source(Forecast.PERFECT, 2, 30, 0), 5 * HOUR);
        assertThat(feed.at(40 * MINUTE).forecast().slots())
                .containsExactly(
                        new Slot(30 * MINUTE, HOUR, 105),
                        new Slot(HOUR, 2 * HOUR, 106),
                        new Slot(2 * HOUR, 150 * MINUTE, 107));
        // The last value of a trace holds beyond its end.
        CarbonFeed end = new CarbonFeed(TWO_DAYS, null, source(Forecast.PERFECT, 24, 30, 0), 47 * HOUR);
        assertThat(end.at(0).forecast().slots()).containsExactly(new Slot(0, 24 * HOUR, 147));
    }

    /** At hour 25 of the trace, hour 1 to 24 of it are repeated, and then hour 1 again. */
    @Test
    void repeatsTheDayBeforeByPersistence() {
        CarbonFeed feed = new CarbonFeed(TWO_DAYS, null, source(Forecast.PERSISTENCE, 25, 60, 0), 25 * HOUR);
        CarbonForecast forecast = feed.at(0).forecast();
        assertThat(forecast.slots()).hasSize(25).startsWith(new Slot(0, HOUR, 101), new Slot(HOUR, 2 * HOUR, 102));
        assertThat(forecast.slots()).endsWith(new Slot(23 * HOUR, 24 * HOUR, 124), new Slot(24 * HOUR, 25 * HOUR, 101));
        // Half a day after the beginning of a trace only the other half is known.
        CarbonFeed early = new CarbonFeed(TWO_DAYS, null, source(Forecast.PERSISTENCE, 24, 60, 0), 12 * HOUR);
        assertThat(early.at(0).forecast().slots()).hasSize(12).startsWith(new Slot(12 * HOUR, 13 * HOUR, 100));
    }

    @Test
    void showsTheForecastThatWasPublished() {
        CarbonTrace forecast = TinyExperiment.carbon(new long[] {0, 3600}, 80, 90);
        CarbonFeed feed = new CarbonFeed(TWO_DAYS, forecast, source(Forecast.PUBLISHED, 2, 60, 0), 0);
        assertThat(feed.at(0))
                .isEqualTo(new CarbonReading(
                        100, 0, new CarbonForecast(0, List.of(new Slot(0, HOUR, 80), new Slot(HOUR, 2 * HOUR, 90)))));
    }

    private static CarbonForecast issued(long minute) {
        return new CarbonForecast(minute * MINUTE, List.of());
    }

    private static CarbonSource source(Forecast forecast, long hours, long everyMinutes, long delayMinutes) {
        return new CarbonSource(forecast, hours * HOUR, everyMinutes * MINUTE, delayMinutes * MINUTE);
    }
}
