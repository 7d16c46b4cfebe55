package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTraceTransformsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final TraceOrigin ORIGIN = new TraceOrigin("made.csv", "0", "CC0-1.0");

    @Test
    void threeTimesTheLoadIsThreeCopiesOverTheSameSpan() {
        RequestTrace trace = everySecond(1_000);
        RequestTrace scaled = RequestTraceTransforms.scale(trace, 3, 1);
        assertThat(scaled.size()).isEqualTo(3_000);
        assertThat(scaled.spanNanos()).isEqualTo(trace.spanNanos());
        assertThat(scaled.arrivalNanos()).isSorted();
        // Input tokens number the requests: each must be there three times.
        int[] copies = new int[1_000];
        Arrays.stream(scaled.inputTokens()).forEach(request -> copies[request]++);
        assertThat(copies).containsOnly(3);
    }

    @Test
    void theFirstCopyStaysAndTheOthersMoveByAtMostHalfAMinute() {
        RequestTrace scaled = RequestTraceTransforms.scale(everySecond(1_000), 2, 2);
        // Request 500 arrives at 500 s, far from both ends.
        long[] arrivals = new long[2];
        int found = 0;
        for (int i = 0; i < scaled.size(); i++) {
            if (scaled.inputTokens()[i] == 500) {
                arrivals[found++] = scaled.arrivalNanos()[i];
            }
        }
        assertThat(arrivals).contains(500 * SECOND);
        assertThat(arrivals[1] - arrivals[0]).isBetween(1L, 30 * SECOND);
    }

    @Test
    void theFractionIsOneMoreCopyThinnedAtRandom() {
        // 10,000 + 2,500 +- 4 sqrt(10,000 * 0.25 * 0.75)
        assertThat(RequestTraceTransforms.scale(everySecond(10_000), 1.25, 3).size())
                .isBetween(12_327, 12_673);
        assertThat(RequestTraceTransforms.scale(everySecond(10_000), 0.25, 3).size())
                .isBetween(2_327, 2_673);
    }

    @Test
    void thinningMovesNoRequest() {
        RequestTrace thin = RequestTraceTransforms.scale(everySecond(1_000), 0.5, 4);
        for (int i = 0; i < thin.size(); i++) {
            assertThat(thin.arrivalNanos()[i]).isEqualTo(thin.inputTokens()[i] * SECOND);
        }
    }

    @Test
    void aFactorOfOneChangesNothing() {
        RequestTrace trace = everySecond(100);
        RequestTrace scaled = RequestTraceTransforms.scale(trace, 1, 5);
        assertThat(scaled.arrivalNanos()).isEqualTo(trace.arrivalNanos());
        assertThat(scaled.inputTokens()).isEqualTo(trace.inputTokens());
    }

    @Test
    void scalesAHundredfoldInReasonableTimeAndTheSameWayTwice() {
        RequestTrace trace = everySecond(3_600);
        RequestTrace once = RequestTraceTransforms.scale(trace, 100.5, 6);
        RequestTrace twice = RequestTraceTransforms.scale(trace, 100.5, 6);
        assertThat(once.arrivalNanos()).isEqualTo(twice.arrivalNanos());
        assertThat(once.inputTokens()).isEqualTo(twice.inputTokens());
        assertThat(once.origin()).isEqualTo(twice.origin());
        assertThat(once.origin().path()).isEqualTo("scaled: factor=100.5, seed=6, of made.csv (sha256 0)");
        assertThat(once.origin().licence()).isEqualTo("CC0-1.0");
    }

    @Test
    void refusesFactorsThatMeanNothing() {
        RequestTrace trace = everySecond(10);
        for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e12}) {
            assertThatThrownBy(() -> RequestTraceTransforms.scale(trace, factor, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("factor must be above 0");
        }
    }

    @Test
    void aWindowBeginsAtItsOwnZero() {
        RequestTrace window = RequestTraceTransforms.window(everySecond(100), 10 * SECOND, 3 * SECOND);
        assertThat(window.arrivalNanos()).containsExactly(0, SECOND, 2 * SECOND);
        assertThat(window.inputTokens()).containsExactly(10, 11, 12);
        assertThat(window.start()).contains(Instant.EPOCH.plusSeconds(10));
        assertThat(window.origin().path()).isEqualTo("window: from=10s, duration=3s, of made.csv (sha256 0)");
    }

    @Test
    void aWindowBeyondTheTraceIsRefused() {
        RequestTrace trace = everySecond(100);
        assertThatThrownBy(() -> RequestTraceTransforms.window(trace, 100 * SECOND, SECOND))
                .hasMessageContaining("the trace covers 0s to 1m 39s");
    }

    /** Request i arrives at i seconds with i input tokens. */
    private static RequestTrace everySecond(int size) {
        long[] arrivals = new long[size];
        int[] input = new int[size];
        int[] output = new int[size];
        for (int i = 0; i < size; i++) {
            arrivals[i] = i * SECOND;
            input[i] = i;
            output[i] = 1;
        }
        return new RequestTrace(arrivals, input, output, Optional.of(Instant.EPOCH), ORIGIN);
    }
}
