package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps whose points a design and conditions choose. */
class DesignSweepTest {

    /**
     * Three points of Sobol's sequence, at 1/2, 3/4 and 1/4 of the way, for each of two caps; one of the six is left out.
     */
    private static final List<String> SAMPLED = List.of(
            "warmup=0s",
            "duration=1m",
            "replications=2",
            "policies=[none, three-band]",
            "axes={cap.power: [12 kW, 18 kW], control.interval: {from: 5s, to: 25s}}",
            "design={kind: sobol, points: 3}",
            "where=[cap.power > 12 kW or control.interval < 20s]");

    @TempDir
    static Path shared;

    private static Path whole;

    @BeforeAll
    static void runTheWholeSweepOnce() throws IOException {
        whole = shared.resolve("whole");
        sweep().run(SmallSweep.options(whole, 1, false), SweepListener.SILENT);
    }

    @Test
    void showsTheSampledValuesUnderThePathOfTheirAxis() throws IOException {
        assertThat(ResultsFiles.column(whole.resolve("summary.csv"), "control.interval"))
                .containsExactly(fourTimes("15s", "10s", "15s", "20s", "10s"));
        // Two policies in place of these and two replications.
        assertThat(ResultsFiles.column(whole.resolve("points.csv"), "control.interval"))
                .containsExactly("15s", "15s", "10s", "10s", "15s", "15s", "20s", "20s", "10s", "10s");
        assertThat(ResultsFiles.column(whole.resolve("points.csv"), "cap.power"))
                .startsWith("12 kW", "12 kW", "12 kW", "12 kW", "18 kW");
    }

    @Test
    void givesAReplicationOneSeedAtEveryPoint() throws IOException {
        List<String> seeds = ResultsFiles.column(whole.resolve("summary.csv"), "seed");

        assertThat(seeds).hasSize(20);
        for (int run = 0; run < 20; run++) {
            assertThat(seeds.get(run)).isEqualTo(seeds.get(run % 2));
        }
    }

    @Test
    void tellsAContinuousAxisAndWhatWasLeftOut() throws IOException {
        JsonNode manifest = new ObjectMapper().readTree(Files.readAllBytes(whole.resolve("manifest.json")));

        assertThat(manifest.path("axes").toString())
                .isEqualTo("[{\"path\":\"cap.power\",\"values\":[\"12 kW\",\"18 kW\"]},"
                        + "{\"path\":\"control.interval\",\"values\":[\"10s\",\"15s\",\"20s\"],"
                        + "\"continuous\":true,\"from\":\"5s\",\"to\":\"25s\",\"scale\":\"linear\"}]");
        assertThat(manifest.path("combinations_left_out").asInt()).isEqualTo(1);
        assertThat(manifest.at("/experiment/design").toString()).isEqualTo("{\"kind\":\"sobol\",\"points\":3}");
        assertThat(manifest.at("/experiment/where/0").asText())
                .isEqualTo("cap.power > 12 kW or control.interval < 20s");
    }

    /** Three points tell nothing of the variance; four rows of a Saltelli design do, for each figure that the policy has. */
    @Test
    void sharesOutTheVarianceOverADesign(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");

        sweep("design={kind: saltelli, points: 4}", "where=", "policies=[three-band]")
                .run(SmallSweep.options(out, 2, false), SweepListener.SILENT);

        assertThat(whole.resolve("variance.csv")).doesNotExist();
        Path variance = out.resolve("variance.csv");
        assertThat(ResultsFiles.column(variance, "term")).containsOnly("control.interval");
        assertThat(ResultsFiles.column(variance, "kind")).startsWith("first", "total", "first", "total");
        assertThat(ResultsFiles.column(variance, "figure"))
                .contains("energy_joules", "mean_power_watts")
                .doesNotContain("carbon_grams");
    }

    @Test
    void writesTheSameBytesWhateverTheNumberOfThreads(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");

        sweep().run(SmallSweep.options(out, 3, false), SweepListener.SILENT);

        ResultsFiles.assertSame(out, whole);
    }

    @Test
    void doesNotGoOnWithThePointsOfAnotherDesign(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        Sweep begun = sweep("design={kind: latin-hypercube, points: 3}");
        assertThatThrownBy(() -> begun.run(SmallSweep.options(out, 1, false), new StopAfter(2)))
                .isInstanceOf(StopAfter.Stopped.class);

        for (Sweep other : List.of(
                sweep(),
                sweep("design={kind: latin-hypercube, points: 4}"),
                sweep("design={kind: latin-hypercube, points: 3}", "where="),
                sweep("design={kind: latin-hypercube, points: 3}", "seed=2"))) {
            SmallSweep.assertRefused(other, SmallSweep.options(out, 1, true));
        }
        sweep("design={kind: latin-hypercube, points: 3}").run(SmallSweep.options(out, 1, true), SweepListener.SILENT);
    }

    private static String[] fourTimes(String... values) {
        List<String> all = new ArrayList<>();
        for (String value : values) {
            all.addAll(List.of(value, value, value, value));
        }
        return all.toArray(String[]::new);
    }

    private static Sweep sweep(String... more) {
        List<String> sets = new ArrayList<>(SAMPLED);
        sets.addAll(List.of(more));
        return Sweep.of(ExperimentFile.read(Path.of("..", "traces-sample", "experiments", "timers.yaml"), sets));
    }
}
