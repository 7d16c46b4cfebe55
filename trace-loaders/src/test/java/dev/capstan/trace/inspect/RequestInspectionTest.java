package dev.capstan.trace.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.LabelColumn;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestInspectionTest {

    private static final TraceOrigin ORIGIN = new TraceOrigin("hand-made", "", "");
    private static final long SECOND = 1_000_000_000L;

    @Test
    void figuresOfFiveRequestsAreThoseComputedByHand() {
        RequestInspection seen = RequestInspection.of(new RequestTrace(
                new long[] {0, SECOND / 2, SECOND / 2, 2 * SECOND, 122 * SECOND},
                new int[] {10, 20, 20, 30, 40},
                new int[] {1, 2, 2, 3, 4},
                Optional.empty(),
                ORIGIN));

        assertThat(seen.spanSeconds()).isEqualTo(122);
        assertThat(seen.meanRequestsPerSecond()).isEqualTo(5 / 122.0);
        // Seconds 0 to 1 hold three requests, minutes 0, 1 and 2 hold four, none and one.
        assertThat(seen.peakRequestsPerSecond1s()).isEqualTo(3);
        assertThat(seen.peakRequestsPerSecond1min()).isEqualTo(4 / 60.0);
        assertThat(seen.peakRequestsPerSecond10min()).isEqualTo(5 / 600.0);
        assertThat(seen.perMinute()).isEqualTo(new RequestInspection.PerMinute(5 / 3.0, 0, 4, 1));
        // Gaps 0.5, 0, 1.5 and 120 s: mean 30.5, variance (30² + 30.5² + 29² + 89.5²) / 4 = 2670.375.
        assertThat(seen.gaps().meanSeconds()).isEqualTo(30.5);
        assertThat(seen.gaps().cv()).isCloseTo(Math.sqrt(2670.375) / 30.5, within(1e-12));
        assertThat(seen.gaps().longestSeconds()).isEqualTo(120);
        assertThat(seen.gaps().longestFromSeconds()).isEqualTo(2);
        assertThat(seen.gaps().resolutionNanos()).isEqualTo(SECOND / 2);
        assertThat(seen.gaps().distinctArrivals()).isEqualTo(4);
        assertThat(seen.duplicates()).isEqualTo(1);
        // Ranks 0.4, 2, 3.6 and 3.96 of 10, 20, 20, 30, 40.
        assertThat(seen.inputTokens().p10()).isCloseTo(14, within(1e-9));
        assertThat(seen.inputTokens().p50()).isEqualTo(20);
        assertThat(seen.inputTokens().p90()).isCloseTo(36, within(1e-9));
        assertThat(seen.inputTokens().p99()).isCloseTo(39.6, within(1e-9));
        assertThat(seen.inputTokens().mean()).isEqualTo(24);
        assertThat(seen.inputTokens().mostFrequent()).isEqualTo(20);
        assertThat(seen.tokenCorrelation()).isCloseTo(1, within(1e-12));
        assertThat(seen.tokensPerSecond()).isEqualTo(132 / 122.0);
        // Bins 8, 12, 16, 24 and 32 up to 48.
        assertThat(seen.inputTokens().histogram().edges()).containsExactly(8, 12, 16, 24, 32, 48);
        assertThat(seen.inputTokens().histogram().counts()).containsExactly(1, 0, 2, 1, 1);
        assertThat(seen.findings()).extracting(Finding::code).containsExactly("duplicates", "few-requests");
    }

    @Test
    void requestsOutOfOrderAreAFault() {
        RequestInspector inspector = new RequestInspector(Optional.empty());
        inspector.add(5, 1, 1);
        inspector.add(3, 1, 1);
        inspector.add(7, 1, 1);

        RequestInspection seen = inspector.finish(ORIGIN, List.of());

        assertThat(seen.outOfOrder()).isEqualTo(1);
        assertThat(seen.findings().get(0).severity()).isEqualTo(Finding.Severity.FAULT);
        assertThat(seen.findings().get(0).code()).isEqualTo("out-of-order");
    }

    @Test
    void clumpsOnAGridOfThreeSecondsAreFoundAndNamed() {
        // Seven of ten requests on multiples of 3 s, the others 1.234 s after.
        long[] arrivals = new long[200];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = i / 10 * 3L * SECOND + (i % 10 < 7 ? 0 : 1_234_000_000L + i % 10 * 1_000_000L);
        }

        RequestInspection seen = of(arrivals, Optional.empty());

        assertThat(seen.grids())
                .anySatisfy(grid -> assertThat(grid)
                        .isEqualTo(new RequestInspection.GridShare(
                                3, 0.7, seen.gaps().resolutionNanos() / 3e9)));
        Finding clumped = finding(seen, "clumped-arrivals");
        assertThat(clumped.severity()).isEqualTo(Finding.Severity.WARNING);
        assertThat(clumped.observation()).contains("70 %").contains("multiples of 3s");
    }

    @Test
    void aGridOfTheWallClockIsFoundThoughTheTraceBeginsBesideIt() {
        long[] arrivals = new long[100];
        for (int i = 1; i < arrivals.length; i++) {
            arrivals[i] = i * 5L * SECOND - 300_000_000L + (i % 3 == 0 ? 170_000_000L + i * 1000L : 0);
        }

        RequestInspection seen = of(arrivals, Optional.of(Instant.parse("2024-01-01T00:00:00.300Z")));

        assertThat(finding(seen, "clumped-arrivals").observation()).contains("multiples of 5s");
    }

    @Test
    void aClockOfWholeSecondsIsCoarse() {
        long[] arrivals = new long[100];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = i / 4 * SECOND;
        }

        assertThat(finding(of(arrivals, Optional.empty()), "coarse-clock").observation())
                .contains("multiples of 1s")
                .contains("4.00 requests at a time");
    }

    @Test
    void evenArrivalsAndEqualLengthsLookMadeUp() {
        long[] arrivals = new long[100];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = i * 123_456_789L;
        }

        assertThat(of(arrivals, Optional.empty()).findings())
                .extracting(Finding::code)
                .contains("too-regular", "constant-input", "constant-output");
    }

    @Test
    void labelsAreCountedAndMissingOnesNamed() {
        RequestInspection seen = RequestInspection.of(new RequestTrace(
                new long[] {0, 1, 2, 3},
                new int[] {1, 2, 3, 4},
                new int[] {1, 1, 1, 1},
                Optional.empty(),
                ORIGIN,
                Map.of(RequestLabel.MODEL, new LabelColumn(List.of("a", "b", "unused"), new int[] {0, 1, 1, -1})),
                Optional.empty()));

        assertThat(seen.labels()).containsExactly(new RequestInspection.LabelCount(RequestLabel.MODEL, 2, 1, "b", 0.5));
        assertThat(finding(seen, "unlabelled-model").observation()).startsWith("1 of 4 requests");
    }

    @Test
    void blocksThatCameBeforeAreHits() {
        // Of five blocks, 1 and 2 of the second request came before.
        RequestInspection seen = RequestInspection.of(new RequestTrace(
                new long[] {0, 1},
                new int[] {1024, 1536},
                new int[] {1, 1},
                Optional.empty(),
                ORIGIN,
                Map.of(),
                Optional.of(new PrefixBlocks(512, new int[] {0, 2, 5}, new long[] {1, 2, 1, 2, 3}))));

        assertThat(seen.prefixReuse()).contains(new RequestInspection.PrefixReuse(512, 3, 1 - 3 / 5.0));
    }

    @Test
    void manyDistinctKeysAreSampledAndTheShareStaysRight() {
        DistinctCounts counts = new DistinctCounts();
        for (int pass = 0; pass < 2; pass++) {
            for (long key = 0; key < 5_000_000; key++) {
                counts.add(key);
            }
        }

        assertThat(counts.exact()).isFalse();
        assertThat(counts.repeatedShare()).isCloseTo(0.5, within(1e-9));
        // A sample of 5 million / 4 keys: standard error 0.08 %.
        assertThat(counts.distinct()).isBetween(4_980_000L, 5_020_000L);
    }

    @Test
    void aTraceOfCenturiesKeepsItsPictureSmall() {
        RequestInspection seen = of(new long[] {0, 9_000_000_000L * SECOND}, Optional.empty());

        assertThat(seen.requestsPerSecond().mean()).hasSizeLessThanOrEqualTo(1024);
        assertThat(seen.perMinute().silent()).isEqualTo(149_999_999);
    }

    @Test
    void hugeLengthsAreCountedToOneInFourThousand() {
        TokenCounts counts = new TokenCounts();
        counts.add(5_000_000);
        counts.add(5_000_000);
        counts.add(Integer.MAX_VALUE);

        assertThat(counts.statistics().p50()).isCloseTo(5_000_000, within(5_000_000 / 4096.0));
        assertThat(counts.statistics().max()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void anEmptyTraceHasNothingToInspect() {
        RequestInspector inspector = new RequestInspector(Optional.empty());

        assertThatThrownBy(() -> inspector.finish(ORIGIN, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hand-made holds no requests");
    }

    private static RequestInspection of(long[] arrivals, Optional<Instant> start) {
        int[] tokens = new int[arrivals.length];
        Arrays.fill(tokens, 7);
        return RequestInspection.of(new RequestTrace(arrivals, tokens, tokens, start, ORIGIN));
    }

    private static Finding finding(RequestInspection seen, String code) {
        return seen.findings().stream()
                .filter(finding -> finding.code().equals(code))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no finding " + code + " among " + seen.findings()));
    }
}
