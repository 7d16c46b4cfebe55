package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The traces of Azure/AzurePublicDataset of 2023, which are not part of the project; skipped where they are absent. */
class RealTracesSweepTest {

    private static final Path TRACES = Path.of(System.getenv()
            .getOrDefault(
                    "CAPSTAN_TRACES", Path.of("..", "..", "shared", "traces").toString()));

    /** Requests that arrive in the ten minutes after the first two. */
    @ParameterizedTest
    @CsvSource({"conv, 3014", "code, 1903"})
    void sweepsTimersOnMeasuredRequests(String kind, int arrived, @TempDir Path temp) throws IOException {
        Path trace = TRACES.resolve("azure-llm-2023").resolve("AzureLLMInferenceTrace_" + kind + ".csv");
        assumeTrue(Files.exists(trace), "skipped: no real trace " + trace + " (set CAPSTAN_TRACES)");
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
        Path out = temp.resolve("out");

        Sweep.of(file)
                .run(
                        new SweepOptions(out, 2, CheckLevel.FULL, false, "sweep", "test", InstantSource.system()),
                        SweepListener.SILENT);

        Path summary = out.resolve("summary.csv");
        assertThat(ResultsFiles.column(summary, "requests_arrived")).hasSize(4).containsOnly(Integer.toString(arrived));
        assertThat(ResultsFiles.column(summary, "requests_completed"))
                .allSatisfy(completed -> assertThat(Integer.parseInt(completed)).isPositive());
    }
}
