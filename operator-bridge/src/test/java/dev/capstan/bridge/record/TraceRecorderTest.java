package dev.capstan.bridge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.bridge.prometheus.PrometheusException;
import dev.capstan.bridge.prometheus.StubPrometheus;
import dev.capstan.trace.PowerCsv;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RateProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceRecorderTest {

    private static final Instant START = Instant.ofEpochSecond(1_800_000_000L);
    private static final Duration STEP = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    @Test
    void writesTheSumAndEachSeriesAndTellsWhatIsMissing() throws IOException {
        // GPU b has no samples at 3 s and 4 s, and a mark for "no value" at 6 s.
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                StubPrometheus.matrix(
                        series("a", form, second -> "100"),
                        series(
                                "b",
                                form,
                                second -> second == 3 || second == 4
                                        ? ""
                                        : second == 6 ? "9223372036854775794" : "50.5"))))) {
            RecordingReport report =
                    recorder(stub, new TestPacing(START.plusSeconds(3_600))).record(plan(9), folder);

            assertThat(report.files())
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly("power.csv", "power.0.csv", "power.1.csv");
            assertThat(report.missing())
                    .extracting(RecordingReport.Missing::toString)
                    .containsExactly(
                            "power: query {UUID=b}: no sample from 2027-01-15T08:00:03Z to 2027-01-15T08:00:04Z",
                            "power: query {UUID=b}: no value from 0 to 2e9 from 2027-01-15T08:00:06Z to"
                                    + " 2027-01-15T08:00:06Z");
            PowerTrace sum = PowerCsv.read(folder.resolve("power.csv"));
            assertThat(sum.start()).contains(START);
            assertThat(sum.watts()).hasSize(7).containsOnly(150.5);
            assertThat(PowerCsv.read(folder.resolve("power.0.csv")).size()).isEqualTo(10);
        }
    }

    @Test
    void asksForLongRangesInPiecesThatThePrometheusAllows() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) ->
                StubPrometheus.send(exchange, 200, StubPrometheus.matrix(series("a", form, second -> "7"))))) {
            recorder(stub, new TestPacing(START.plusSeconds(100_000))).record(plan(24_999), folder);
            assertThat(stub.forms).hasSize(3);
            assertThat(stub.forms)
                    .allSatisfy(form -> assertThat(second(form, "end") - second(form, "start"))
                            .isLessThan(11_000));
            assertThat(PowerCsv.read(folder.resolve("power.csv")).size()).isEqualTo(25_000);
        }
    }

    @Test
    void goesOnAfterABrokenConnectionWithoutAskingTwice() throws IOException {
        AtomicInteger broken = new AtomicInteger();
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            if (second(form, "start") >= 10_000 && broken.incrementAndGet() <= 5) {
                exchange.sendResponseHeaders(200, 1_000_000);
                exchange.getResponseBody().write('{');
                return;
            }
            StubPrometheus.send(
                    exchange, 200, StubPrometheus.matrix(series("a", form, second -> second == 5 ? "NaN" : "7")));
        })) {
            TraceRecorder recorder = recorder(stub, new TestPacing(START.plusSeconds(100_000)));
            assertThatThrownBy(() -> recorder.record(plan(14_999), folder))
                    .isInstanceOf(PrometheusException.class)
                    .hasMessageContaining("run it again to go on");
            assertThat(folder.resolve("power.csv")).doesNotExist();
            assertThat(stub.forms).hasSize(6);

            // As if the process had died in the middle of a line.
            Path progress = folder.resolve("recording.progress");
            Files.writeString(progress, Files.readString(progress) + "{\"recording\":0,\"te");
            RecordingReport report = recorder.record(plan(14_999), folder);
            assertThat(stub.forms).hasSize(7);
            assertThat(PowerCsv.read(report.files().get(0)).size()).isEqualTo(14_999);
            assertThat(report.missing()).hasSize(1);
            assertThat(progress).doesNotExist();
        }
    }

    @Test
    void aLiveSpanIsAskedForAsItComes() throws IOException {
        TestPacing pacing = new TestPacing(START);
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            assertThat(START.plusSeconds(second(form, "end"))).isBefore(pacing.now());
            StubPrometheus.send(exchange, 200, StubPrometheus.matrix(series("a", form, second -> "7")));
        })) {
            recorder(stub, pacing).record(plan(149), folder);
            assertThat(stub.forms).hasSize(3);
            assertThat(PowerCsv.read(folder.resolve("power.csv")).size()).isEqualTo(150);
        }
    }

    @Test
    void asksForOtherNamesAndReportsTheOneThatAnsweredAndTheTermThatDidNot() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                "new".equals(form.get("query"))
                        ? StubPrometheus.matrix(series("a", form, second -> "2"))
                        : StubPrometheus.matrix()))) {
            Recording recording = new Recording(
                    "requests",
                    Recording.Quantity.REQUESTS,
                    List.of(
                            new Recording.Term("engines", List.of("old", "new")),
                            new Recording.Term("router", List.of("gone"))));
            RecordingReport report = recorder(stub, new TestPacing(START.plusSeconds(3_600)))
                    .record(new RecordingPlan(List.of(recording), START, START.plusSeconds(9), STEP), folder);
            assertThat(report.remarks()).containsExactly("requests: answered by new");
            assertThat(report.missing()).hasSize(1);
            assertThat(report.missing().get(0).reason()).isEqualTo("no series; asked for [gone]");
            RateProfile rates = RateProfile.read(report.files().get(0));
            assertThat(rates.size()).isEqualTo(10);
            assertThat(rates.requestsPerSecond(3)).isCloseTo(2, within(0.0));
        }
    }

    @Test
    void anEmptyAnswerMakesNoFile() throws IOException {
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, 200, StubPrometheus.matrix()))) {
            RecordingReport report =
                    recorder(stub, new TestPacing(START.plusSeconds(3_600))).record(plan(9), folder);
            assertThat(report.files()).isEmpty();
            assertThat(report.missing()).hasSize(1);
        }
    }

    @Test
    void refusesTheProgressOfAnotherPlan() throws IOException {
        Files.writeString(folder.resolve("recording.progress"), "\"other\"\n");
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, 200, StubPrometheus.matrix()))) {
            TraceRecorder recorder = recorder(stub, new TestPacing(START));
            assertThatThrownBy(() -> recorder.record(plan(9), folder)).hasMessageContaining("another recording");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(x) or vector(0)", "sum(x) or  vector (0)", "x or on() vector(0)"})
    void refusesQueriesThatInventZeros(String query) {
        assertThatThrownBy(() -> Recording.of("power", Recording.Quantity.POWER, query))
                .hasMessageContaining("what is missing is reported");
    }

    private RecordingPlan plan(long seconds) {
        return new RecordingPlan(
                List.of(Recording.of("power", Recording.Quantity.POWER, "watts")),
                START,
                START.plusSeconds(seconds),
                STEP);
    }

    private static TraceRecorder recorder(StubPrometheus stub, Pacing pacing) {
        return new TraceRecorder(stub.client(), pacing, Duration.ofSeconds(2), Duration.ofSeconds(60));
    }

    private static long second(Map<String, String> form, String field) {
        return (long) Double.parseDouble(form.getOrDefault(field, "")) - START.getEpochSecond();
    }

    /** A sample for every second that is asked for and has a text. */
    private static String series(String uuid, Map<String, String> form, LongFunction<String> value) {
        return "{\"metric\":{\"UUID\":\"" + uuid + "\"},\"values\":["
                + LongStream.rangeClosed(second(form, "start"), second(form, "end"))
                        .filter(second -> !value.apply(second).isEmpty())
                        .mapToObj(
                                second -> "[" + (START.getEpochSecond() + second) + ",\"" + value.apply(second) + "\"]")
                        .collect(Collectors.joining(","))
                + "]}";
    }

    /** A clock that jumps to where somebody waits for. */
    private static final class TestPacing implements Pacing {

        private volatile Instant now;

        TestPacing(Instant now) {
            this.now = now;
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public void awaitTime(Instant time) {
            now = time.plusMillis(1);
        }
    }
}
