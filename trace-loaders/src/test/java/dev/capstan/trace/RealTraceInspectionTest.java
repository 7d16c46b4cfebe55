package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Finding;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.RequestInspection;
import dev.capstan.trace.inspect.TokenStatistics;
import org.junit.jupiter.api.Test;

/** Figures of the public traces as published with them or computed independently of this project, to their rounding. */
class RealTraceInspectionTest {

    @Test
    void azureCodeOf2023HasItsKnownFigures() {
        RequestInspection code = requests("azure-llm-2023/AzureLLMInferenceTrace_code.csv");

        assertThat(code.rows()).isEqualTo(8_819);
        assertThat(code.spanSeconds()).isCloseTo(3435.9, within(0.05));
        assertThat(code.meanRequestsPerSecond()).isCloseTo(2.567, within(0.0005));
        assertThat(code.peakRequestsPerSecond1s()).isEqualTo(67);
        assertThat(code.peakRequestsPerSecond1min()).isCloseTo(10.53, within(0.005));
        assertThat(code.peakRequestsPerSecond10min()).isCloseTo(3.58, within(0.005));
        assertThat(code.gaps().cv()).isCloseTo(13.2, within(0.05));
        assertThat(code.gaps().longestSeconds()).isCloseTo(217.2, within(0.05));
        assertThat(code.perMinute().mean()).isCloseTo(152, within(0.5));
        assertThat(code.perMinute().max()).isEqualTo(632);
        assertThat(code.perMinute().min()).isEqualTo(0);
        assertTokens(code.inputTokens(), 147, 1469, 5188, 7436, 7437, 2048, 0.5);
        assertTokens(code.outputTokens(), 7, 13, 55, 251, 1899, 27.9, 0.05);
        assertThat(code.tokensPerSecond()).isCloseTo(5328, within(0.5));
        assertThat(code.peakTokensPerSecond1min()).isCloseTo(22_409, within(0.5));
        assertThat(code.tokenCorrelation()).isCloseTo(0.00, within(0.005));
        assertThat(code.duplicates()).isZero();
        assertThat(code.outOfOrder()).isZero();
        assertThat(code.findings()).extracting(Finding::code).containsExactly("clipped-input", "bursty", "silence");
    }

    @Test
    void azureConversationOf2023HasItsKnownFigures() {
        RequestInspection conv = requests("azure-llm-2023/AzureLLMInferenceTrace_conv.csv");

        assertThat(conv.rows()).isEqualTo(19_366);
        assertThat(conv.spanSeconds()).isCloseTo(3501.7, within(0.05));
        assertThat(conv.meanRequestsPerSecond()).isCloseTo(5.530, within(0.0005));
        assertThat(conv.peakRequestsPerSecond1s()).isEqualTo(16);
        assertThat(conv.peakRequestsPerSecond1min()).isCloseTo(8.45, within(0.005));
        assertThat(conv.peakRequestsPerSecond10min()).isCloseTo(6.87, within(0.005));
        assertThat(conv.gaps().cv()).isCloseTo(1.09, within(0.005));
        assertThat(conv.gaps().longestSeconds()).isCloseTo(4.3, within(0.05));
        assertThat(conv.perMinute().mean()).isCloseTo(328, within(0.5));
        assertThat(conv.perMinute().max()).isEqualTo(507);
        assertThat(conv.perMinute().min()).isEqualTo(37);
        assertTokens(conv.inputTokens(), 207, 1020, 2734, 4142, 14_050, 1155, 0.5);
        assertTokens(conv.outputTokens(), 54, 129, 424, 601, 1000, 211, 0.5);
        assertThat(conv.tokensPerSecond()).isCloseTo(7554, within(0.5));
        assertThat(conv.peakTokensPerSecond1min()).isCloseTo(13_347, within(0.5));
        assertThat(conv.tokenCorrelation()).isCloseTo(-0.11, within(0.005));
        assertThat(conv.findings()).isEmpty();
    }

    @Test
    void mlperfServerHasItsKnownLargestSteps() {
        PowerInspection power = (PowerInspection) inspect("mlperf-v4.1-h200x8/maxq/llama2-70b-99/Server/spl.txt");

        PowerInspection.SeriesInspection wall = power.series().get(0);
        assertThat(wall.samples()).isEqualTo(3056);
        assertThat(wall.intervalSeconds()).isCloseTo(1, within(0.001));
        assertThat(wall.p2Watts()).isCloseTo(2445, within(1.0));
        assertThat(wall.steps().get(0).riseWatts()).isCloseTo(1801, within(0.5));
        assertThat(wall.steps().get(0).fallWatts()).isCloseTo(1072, within(0.5));
        assertThat(wall.steps().get(1).riseWatts()).isGreaterThanOrEqualTo(1801);
    }

    @Test
    void britainsGridOf2024IsWholeAndRegular() {
        CarbonInspection carbon = (CarbonInspection) inspect("electricity-maps-hourly/GB_2024_hourly.csv");

        assertThat(carbon.rows()).isEqualTo(8784);
        assertThat(carbon.scope()).isEqualTo(CarbonTrace.Scope.LIFE_CYCLE);
        assertThat(carbon.stepSeconds()).isEqualTo(3600);
        assertThat(carbon.irregularSteps()).isZero();
        assertThat(carbon.meanByHourUtc()).hasSize(24).doesNotContain(Double.NaN);
        assertThat(carbon.findings()).noneMatch(finding -> finding.severity() == Finding.Severity.FAULT);
    }

    private static void assertTokens(
            TokenStatistics tokens, int p10, int p50, int p90, int p99, int max, double mean, double rounding) {
        assertThat(tokens.p10()).isCloseTo(p10, within(0.5));
        assertThat(tokens.p50()).isCloseTo(p50, within(0.5));
        assertThat(tokens.p90()).isCloseTo(p90, within(0.5));
        assertThat(tokens.p99()).isCloseTo(p99, within(0.5));
        assertThat(tokens.max()).isEqualTo(max);
        assertThat(tokens.mean()).isCloseTo(mean, within(rounding));
    }

    private static RequestInspection requests(String path) {
        return (RequestInspection) inspect(path);
    }

    private static Inspection inspect(String path) {
        return Inspection.of(
                TraceFiles.read(RealTraces.file(path), TraceReading.NONE).content());
    }
}
