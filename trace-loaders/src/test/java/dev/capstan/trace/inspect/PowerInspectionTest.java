package dev.capstan.trace.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerRecording.Gap;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.TraceOrigin;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PowerInspectionTest {

    private static final TraceOrigin ORIGIN = new TraceOrigin("hand-made", "", "");
    private static final long SECOND = 1_000_000_000L;

    @Test
    void figuresOfSixSamplesAreThoseComputedByHand() {
        PowerInspection seen = inspect(List.of(), 100, 300, 250, 250, 600, 100);

        PowerInspection.SeriesInspection meter = seen.series().get(0);
        assertThat(meter.spanSeconds()).isEqualTo(6);
        assertThat(meter.intervalSeconds()).isEqualTo(1);
        // (100 + 300 + 250 + 250 + 600 + 100) / 6
        assertThat(meter.meanWatts()).isCloseTo(1600 / 6.0, within(1e-9));
        assertThat(meter.p50Watts()).isEqualTo(250);
        // 250 to 600 and 600 to 100 within a second, 100 to 600 within ten.
        assertThat(meter.steps())
                .containsExactly(
                        new PowerInspection.Steps(1, 350, 500),
                        new PowerInspection.Steps(10, 500, 500),
                        new PowerInspection.Steps(40, 500, 500));
        assertThat(meter.frozen()).isEqualTo(new PowerInspection.Frozen(2, 250, 2, 1));
        assertThat(seen.findings()).isEmpty();
    }

    @Test
    void aMeterThatSamplesEveryTenSecondsDoesNotTellOfOneSecond() {
        PowerTrace slow = new PowerTrace(
                new long[] {0, 10 * SECOND, 20 * SECOND},
                new double[] {1, 5, 2},
                30 * SECOND,
                Optional.empty(),
                ORIGIN);

        PowerInspection seen = PowerInspection.of(new PowerRecording(
                List.of(new PowerSeries("rack", Map.of(), slow, List.of())), Optional.empty(), ORIGIN));

        assertThat(seen.series().get(0).steps().get(0).riseWatts()).isNaN();
        assertThat(seen.series().get(0).steps().get(1).riseWatts()).isEqualTo(4);
        assertThat(seen.findings()).extracting(Finding::code).containsExactly("slow-sampling");
    }

    @Test
    void sentinelsGapsAndStuckMetersAreFound() {
        double[] watts = new double[100];
        for (int i = 0; i < watts.length; i++) {
            watts[i] = i < 40 ? 250 : 250 + i;
        }

        PowerInspection seen = inspect(
                List.of(new Gap(10 * SECOND, 12 * SECOND, "sentinel -1"), new Gap(50 * SECOND, 55 * SECOND, "missing")),
                watts);

        assertThat(seen.findings()).extracting(Finding::code).containsExactly("sentinels", "gaps", "frozen-power");
        assertThat(seen.findings().get(1).observation()).isEqualTo("gpu-0: 2 gaps, 7s of 1m 40s");
    }

    @Test
    void aConstantIsNoMeasurement() {
        assertThat(inspect(List.of(), 700, 700, 700).findings())
                .extracting(Finding::severity, Finding::code)
                .containsExactly(tuple(Finding.Severity.FAULT, "constant-power"));
    }

    @Test
    void intensitiesInPoundsAndMissingHoursAreFound() {
        long hour = 3600 * SECOND;
        CarbonInspection seen = CarbonInspection.of(new CarbonTrace(
                "US-CAL",
                CarbonTrace.Signal.MARGINAL,
                CarbonTrace.Scope.DIRECT,
                Instant.parse("2024-06-01T23:30:00Z"),
                new long[] {0, hour, 2 * hour, 4 * hour},
                new double[] {900, 0, 1800, 1000},
                ORIGIN));

        assertThat(seen.mean()).isEqualTo(925);
        assertThat(seen.largestStep()).isEqualTo(1800);
        assertThat(seen.meanByHourUtc()[23]).isEqualTo(900);
        assertThat(seen.meanByHourUtc()[0]).isZero();
        assertThat(seen.meanByHourUtc()[12]).isNaN();
        assertThat(seen.findings())
                .extracting(Finding::code)
                .containsExactly("implausible-intensity", "zero-intensity", "irregular-steps", "less-than-a-day");
    }

    @Test
    void aPictureOfManySamplesKeepsItsExtremes() {
        double[] watts = new double[10_000];
        Arrays.fill(watts, 500);
        watts[7_777] = 900;
        watts[7_778] = 100;

        Timeline picture = inspect(List.of(), watts).series().get(0).watts();

        assertThat(picture.mean()).hasSizeLessThanOrEqualTo(1024);
        assertThat(Arrays.stream(picture.high()).filter(high -> high >= 0).max())
                .hasValue(900);
        assertThat(Arrays.stream(picture.low()).filter(low -> low >= 0).min()).hasValue(100);
    }

    private static PowerInspection inspect(List<Gap> gaps, double... watts) {
        PowerTrace power = new PowerTrace(
                LongStream.range(0, watts.length).map(i -> i * SECOND).toArray(),
                watts,
                watts.length * SECOND,
                Optional.empty(),
                ORIGIN);
        return PowerInspection.of(
                new PowerRecording(List.of(new PowerSeries("gpu-0", Map.of(), power, gaps)), Optional.empty(), ORIGIN));
    }
}
