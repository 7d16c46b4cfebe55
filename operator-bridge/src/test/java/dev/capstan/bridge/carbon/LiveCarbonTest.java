package dev.capstan.bridge.carbon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonReading;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.RandomStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Questions wait in a queue until a test lets them run: readings never wait for them. */
class LiveCarbonTest {

    private static final Instant NOON = Instant.parse("2026-01-20T12:00:00Z");
    private static final long T0 = CarbonHttp.nanos(NOON);

    private final Deque<Runnable> background = new ArrayDeque<>();
    private @Nullable CarbonException failure;
    private int asked;

    @Test
    void answersFromMemoryAndAsksInTheBackground() {
        LiveCarbon live = live();

        assertThat(live.reading(T0)).isEqualTo(CarbonReading.UNKNOWN);
        assertThat(live.reading(T0 + 1)).isEqualTo(CarbonReading.UNKNOWN);
        assertThat(background).hasSize(1);
        assertThat(live.source()).isEqualTo("stub XX");
        run();

        CarbonReading later = live.reading(T0 + minutes(2));
        assertThat(later.gramsPerKilowattHour()).isEqualTo(400);
        assertThat(later.ageNanos()).isEqualTo(minutes(2));
        assertThat(live.source()).isEqualTo("stub XX, marginal, direct, estimated");
        assertThat(background).isEmpty();
    }

    @Test
    void asksNoMoreOftenThanTheSourceIsWorth() {
        LiveCarbon live = live();
        for (int second = 0; second <= 3_600; second += 15) {
            live.reading(T0 + TimeUnit.SECONDS.toNanos(second));
            run();
        }
        // Every 10 minutes: at 0, 10, 20, 30, 40, 50 and 60.
        assertThat(asked).isEqualTo(7);
    }

    @Test
    void whereTheValueHasRunOutTheForecastStandsInAsOldAsItIsAndThenTheLastValueGrowsOld() {
        LiveCarbon live = live();
        live.reading(T0);
        run();
        failure = new CarbonException("stub XX is gone");

        // The value is of 12:00 to 12:30. The forecast was made at 11:55 and ends at 13:00.
        assertThat(live.reading(T0 + minutes(29)).gramsPerKilowattHour()).isEqualTo(400);
        CarbonReading forecast = live.reading(T0 + minutes(45));
        assertThat(forecast.gramsPerKilowattHour()).isEqualTo(450);
        assertThat(forecast.ageNanos()).isEqualTo(minutes(50));
        CarbonReading old = live.reading(T0 + minutes(180));
        assertThat(old.gramsPerKilowattHour()).isEqualTo(400);
        assertThat(old.ageNanos()).isEqualTo(minutes(180));
    }

    @Test
    void afterFailuresItPausesTwiceAsLongEachTimeAndAtMostHalfAnHour() {
        failure = new CarbonException("stub XX is gone");
        LiveCarbon live = live();
        long now = T0;
        long[] pauses = new long[12];
        for (int i = 0; i < pauses.length; i++) {
            long before = now;
            while (background.isEmpty()) {
                live.reading(now);
                now += background.isEmpty() ? TimeUnit.SECONDS.toNanos(1) : 0;
            }
            pauses[i] = TimeUnit.NANOSECONDS.toSeconds(now - before);
            run();
        }

        assertThat(live.problem()).isEqualTo("stub XX is gone");
        // 30, 60, 120, 240, 480 and 960 s and then 1800 s, each from half of it on; stepped by seconds.
        long[] longest = {0, 30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800, 1_800, 1_800};
        for (int i = 1; i < pauses.length; i++) {
            assertThat(pauses[i]).isBetween(longest[i] / 2, longest[i] + 1);
        }
        assertThat(List.of(pauses[8], pauses[9], pauses[10], pauses[11])).doesNotHaveDuplicates();
    }

    @Test
    void leavesASourceAloneForAsLongAsItSays() {
        failure = new CarbonException("slow down", Duration.ofMinutes(40), null);
        LiveCarbon live = live();
        live.reading(T0);
        run();

        live.reading(T0 + minutes(40) - 1);
        assertThat(background).isEmpty();
        live.reading(T0 + minutes(40));
        assertThat(background).hasSize(1);
        failure = null;
        run();
        assertThat(live.problem()).isNull();
    }

    @Test
    void aSourceThatThrowsWhatItShouldNotIsAFailureToo() {
        CarbonSource broken = source(() -> {
            throw new IllegalStateException("boom");
        });
        LiveCarbon live = new LiveCarbon(broken, Duration.ZERO, RandomStream.named(1, "carbon"), Runnable::run);

        assertThat(live.reading(T0)).isEqualTo(CarbonReading.UNKNOWN);
        assertThat(live.problem()).contains("boom");
    }

    @Test
    void readsOnWhereNobodyAsksAnyMore() {
        LiveCarbon live = new LiveCarbon(
                source(LiveCarbonTest::intensity), Duration.ZERO, RandomStream.named(1, "carbon"), task -> {
                    throw new RejectedExecutionException("shut down");
                });

        assertThat(live.reading(T0)).isEqualTo(CarbonReading.UNKNOWN);
        assertThat(live.problem()).isEqualTo("nobody is there to ask stub XX");
    }

    private LiveCarbon live() {
        return new LiveCarbon(
                source(() -> {
                    asked++;
                    if (failure != null) {
                        throw failure;
                    }
                    return intensity();
                }),
                Duration.ofMinutes(1),
                RandomStream.named(1, "carbon"),
                background::add);
    }

    private void run() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    private static CarbonIntensity intensity() {
        return new CarbonIntensity(
                400,
                CarbonTrace.Signal.MARGINAL,
                CarbonTrace.Scope.DIRECT,
                true,
                NOON,
                NOON.plus(Duration.ofMinutes(30)),
                new CarbonForecast(
                        T0 - minutes(5), List.of(new CarbonForecast.Slot(T0 + minutes(30), T0 + minutes(60), 450))));
    }

    private static long minutes(long minutes) {
        return TimeUnit.MINUTES.toNanos(minutes);
    }

    private interface Question {
        CarbonIntensity ask() throws CarbonException;
    }

    private static CarbonSource source(Question question) {
        return new CarbonSource() {
            @Override
            public CarbonIntensity ask(Instant now) throws CarbonException {
                return question.ask();
            }

            @Override
            public String name() {
                return "stub XX";
            }

            @Override
            public Duration interval() {
                return Duration.ofMinutes(10);
            }
        };
    }
}
