package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Public traces, which are not part of the project; skipped where they are absent. */
class RealTracesSweepTest {

    private static final Path TRACES = Path.of(System.getenv()
            .getOrDefault(
                    "CAPSTAN_TRACES", Path.of("..", "..", "shared", "traces").toString()));

    /** Requests that arrive in the ten minutes after the first two. */
    @ParameterizedTest
    @CsvSource({"conv, 3014", "code, 1903"})
    void sweepsTimersOnMeasuredRequests(String kind, int arrived, @TempDir Path temp) throws IOException {
        Path trace = real("azure-llm-2023/AzureLLMInferenceTrace_" + kind + ".csv");
        ExperimentFile file = ExperimentFile.read(
                Path.of("..", "traces-sample", "experiments", "timers.yaml"),
                List.of(
                        "workload.trace=" + trace.toAbsolutePath(),
                        "workload.scale=1",
                        "warmup=2m",
                        "duration=10m",
                        "replications=1",
                        "policies=[none, replica-cap]",
                        "axes={cap.power: [10 kW, 14 kW]}"));
        Path out = sweep(file, temp);

        Path summary = out.resolve("summary.csv");
        assertThat(ResultsFiles.column(summary, "requests_arrived")).hasSize(4).containsOnly(Integer.toString(arrived));
        assertThat(ResultsFiles.column(summary, "requests_completed"))
                .allSatisfy(completed -> assertThat(Integer.parseInt(completed)).isPositive());
    }

    /**
     * The wall power of a server with eight H200 under Llama-2-70B. Servers that draw nothing of their own serve all of it,
     * so that the mean power is that of the log: 3056 samples of a second, the last 2400 of 3000 s are scored.
     */
    @Test
    void playsALogOfAWallMeterAsDemand(@TempDir Path temp) throws IOException {
        Path log = real("mlperf-v4.1-h200x8/maxq/llama2-70b-99/Server/spl.txt");
        ExperimentFile file = experiment(temp, """
                mode: power
                warmup: 10m
                duration: 40m
                workload: {trace: %s}
                cluster: {servers: 2, server_base: 0 W, wall_watts_per_gpu_watt: 1, unallocated_gpu: 0 W}
                services:
                  - name: row
                    model: llama-3.1-70b-h100x4
                    replicas: {min: 4}
                    autoscaler: {enabled: false}
                cap: {power: 20 kW}
                policies: [none]
                """, log);

        Path out = sweep(file, temp);

        double joules = 0;
        List<String> lines = Files.readAllLines(log);
        for (String line : lines.subList(600, 3000)) {
            joules += Double.parseDouble(line.split(",", -1)[3]);
        }
        assertThat(figure(out, "energy_joules")).isCloseTo(joules, withinPercentage(0.1));
        JsonNode trace = manifest(out).at("/traces/0");
        assertThat(trace.path("rows").asInt()).isEqualTo(3056);
        assertThat(trace.path("series").get(0).asText()).isEqualTo("wall");
        assertThat(trace.path("held").isMissingNode()).isTrue();
    }

    /** Mooncake's requests of the ten minutes after the first two, counted apart from the reader. */
    @Test
    void playsMooncakeSpreadOffItsGrid(@TempDir Path temp) throws IOException {
        Path trace = real("mooncake-fast25/synthetic_trace.jsonl");
        ExperimentFile file = experiment(temp, """
                warmup: 2m
                duration: 10m
                workload: {trace: %s, spread: 3s}
                services: [{name: chat, model: llama-3.1-8b-h100, replicas: {min: 4, max: 8}}]
                cap: {power: 5 kW}
                policies: [none, replica-cap]
                """, trace);

        Path out = sweep(file, temp);

        int arrived = 0;
        for (String line : Files.readAllLines(trace)) {
            int millis = new ObjectMapper().readTree(line).path("timestamp").asInt();
            arrived += millis >= 120_000 && millis < 720_000 ? 1 : 0;
        }
        assertThat(ResultsFiles.column(out.resolve("summary.csv"), "requests_arrived"))
                .containsOnly(Integer.toString(arrived));
        assertThat(manifest(out).at("/traces/0/path").asText())
                .matches(
                        "window: .*, of spread: grid=3s, seed=-?\\d+, of synthetic_trace.jsonl \\(sha256 [0-9a-f]{64}\\)");
    }

    @Test
    void playsClientsOfServeGenThinnedToAFewRequestsASecond(@TempDir Path temp) throws IOException {
        Path folder = real("servegen/language/m-large");
        ExperimentFile file = experiment(temp, """
                warmup: 2m
                duration: 20m
                workload: {servegen: {folder: %s, rate: 4, from: 10h}}
                services: [{name: chat, model: llama-3.1-70b-h100x4, replicas: {min: 2, max: 4}}]
                cluster: {servers: 2}
                cap: {power: 12 kW}
                policies: [none, replica-cap]
                replications: 2
                """, folder);

        Path out = sweep(file, temp);

        JsonNode trace = manifest(out).at("/traces/0");
        assertThat(trace.path("licence").asText()).startsWith("Apache-2.0");
        assertThat(trace.path("name").asText()).isEqualTo("generated from the clients of m-large");
        Matcher reached = Pattern.compile("reached=([0-9.]+) requests/s")
                .matcher(trace.path("path").asText());
        assertThat(reached.find()).isTrue();
        assertThat(Double.parseDouble(reached.group(1))).isCloseTo(4, withinPercentage(5));
        List<String> arrived = ResultsFiles.column(out.resolve("summary.csv"), "requests_arrived");
        assertThat(arrived).hasSize(4).doesNotContain("0");
        assertThat(arrived.get(0)).isEqualTo(arrived.get(2)).isNotEqualTo(arrived.get(1));
    }

    private static Path real(String name) {
        Path trace = TRACES.resolve(name).toAbsolutePath().normalize();
        assumeTrue(Files.exists(trace), "skipped: no real trace " + trace + " (set CAPSTAN_TRACES)");
        return trace;
    }

    private static ExperimentFile experiment(Path folder, String yaml, Path trace) throws IOException {
        return ExperimentFile.read(
                Files.writeString(folder.resolve("try.yaml"), String.format(Locale.ROOT, yaml, trace)), List.of());
    }

    private static Path sweep(ExperimentFile file, Path temp) throws IOException {
        Path out = temp.resolve("out");
        Sweep.of(file)
                .run(
                        new SweepOptions(
                                out,
                                new LocalEngine(2),
                                CheckLevel.FULL,
                                false,
                                Optional.empty(),
                                "sweep",
                                "test",
                                InstantSource.system()),
                        SweepListener.SILENT);
        return out;
    }

    private static double figure(Path out, String name) throws IOException {
        return Double.parseDouble(
                ResultsFiles.column(out.resolve("summary.csv"), name).get(0));
    }

    private static JsonNode manifest(Path out) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(out.resolve("manifest.json")));
    }
}
