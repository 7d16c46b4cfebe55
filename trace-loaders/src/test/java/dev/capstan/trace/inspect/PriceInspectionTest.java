package dev.capstan.trace.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.PriceTrace;
import dev.capstan.trace.TraceOrigin;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PriceInspectionTest {

    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /** -20, 0, 20, 40: mean 10, median 10, p10 = -20 + 0.3 · 20 = -14, p90 = 20 + 0.7 · 20 = 34. */
    @Test
    void figuresAreThoseOfAHandCountedTrace() {
        PriceInspection seen = inspect(0, -20, 40, 20);

        assertThat(seen.mean()).isEqualTo(10);
        assertThat(seen.p10()).isCloseTo(-14, within(1e-12));
        assertThat(seen.p50()).isEqualTo(10);
        assertThat(seen.p90()).isCloseTo(34, within(1e-12));
        assertThat(seen.min()).isEqualTo(-20);
        assertThat(seen.max()).isEqualTo(40);
        assertThat(seen.largestStep()).isEqualTo(60);
        assertThat(seen.negativeShare()).isEqualTo(0.25);
        assertThat(seen.meanByHourUtc()[1]).isEqualTo(-20);
        assertThat(seen.meanByHourUtc()[4]).isNaN();
        assertThat(seen.findings()).extracting(Finding::code).containsExactly("negative-prices", "less-than-a-day");
    }

    @Test
    void pricesOfAKilowattHourAndMissingOnesAreSuspected() {
        assertThat(inspect(0.08, 0.12).findings()).extracting(Finding::code).contains("tiny-prices");
        assertThat(inspect(0, 0).findings()).extracting(Finding::code).contains("no-price");
        assertThat(inspect(80, 120).findings()).extracting(Finding::code).containsExactly("less-than-a-day");
    }

    /** 25 hours of one price span 24 hours; 24 of them only 23. */
    @Test
    void oneDayOfOnePriceIsFrozen() {
        double[] day = new double[26];
        Arrays.fill(day, 50);
        day[25] = 60;
        assertThat(inspect(day).findings()).extracting(Finding::code).containsExactly("frozen-price");
        day[0] = 60;
        assertThat(inspect(day).findings()).isEmpty();
    }

    private static PriceInspection inspect(double... prices) {
        return PriceInspection.of(new PriceTrace(
                "DE-LU",
                "EUR",
                Instant.parse("2024-06-01T00:00:00Z"),
                LongStream.range(0, prices.length).map(i -> i * HOUR_NANOS).toArray(),
                prices,
                new TraceOrigin("made", "", "")));
    }
}
