package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.results.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Points that get no more replications once their intervals are narrow enough. */
class StopSweepTest {

    /** Without lost commands all five disturbances of a run are contained, with them about half of them. */
    private static final String LOSSY = SmallSweep.SQUARE_WAVE + """
            replications: 24
            cap: {power: 5 kW, contain_within: 20s}
            telemetry: {exporter_interval: 1s, scrape_interval: 5s, rate_window: 15s}
            control: {interval: 10s}
            policies: [three-band]
            axes: {control.silent_failures: [0.7, 0]}
            """;

    private static final String STOP = "stop={first: 3, half_width: {success_rate: 0.2}}";

    @TempDir
    static Path folder;

    private static Path stopped;
    private static Path whole;

    @BeforeAll
    static void runWithAndWithoutTheRule() throws IOException {
        Files.writeString(folder.resolve("lossy.yaml"), LOSSY);
        stopped = folder.resolve("stopped");
        sweep(STOP).run(SmallSweep.options(stopped, 1, false), SweepListener.SILENT);
        whole = folder.resolve("whole");
        sweep().run(SmallSweep.options(whole, 1, false), SweepListener.SILENT);
    }

    private static Sweep sweep(String... sets) {
        return Sweep.of(ExperimentFile.read(folder.resolve("lossy.yaml"), List.of(sets)));
    }

    /**
     * Four looks, each with 98.75 %: z is 2.4977. All of 15 contained make an interval of half of z² / (15 + z²) = 0.147 to each
     * side; about half of them need at least z² / 4 / 0.2² - z² = 33 that are independent.
     */
    @Test
    void givesTheReplicationsToThePointsThatNeedThem() throws IOException {
        List<String> replications = ResultsFiles.column(stopped.resolve("points.csv"), "replications");

        assertThat(Integer.parseInt(replications.get(0))).isIn(12, 24);
        assertThat(replications.get(1)).isEqualTo("3");
        double low = Double.parseDouble(ResultsFiles.column(stopped.resolve("points.csv"), "success_rate_low")
                .get(1));
        double z2 = 2.497705474412374 * 2.497705474412374;
        assertThat(low).isEqualTo(Double.parseDouble(String.format(Locale.ROOT, "%.10g", 15 / (15 + z2))));
    }

    @Test
    void runsTheSameAsWithoutTheRuleAsFarAsItGoes() throws IOException {
        List<String> all = Files.readAllLines(whole.resolve("summary.csv"));

        assertThat(all).containsAll(Files.readAllLines(stopped.resolve("summary.csv")));
        assertThat(all).hasSize(1 + 2 * 24);
    }

    /** Each value of the axis with the replications that its point has; all have the first three. */
    @Test
    void takesEffectsOverTheReplicationsOfAPoint() throws IOException {
        assertThat(ResultsFiles.column(stopped.resolve("effects.csv"), "replications"))
                .isEqualTo(ResultsFiles.column(stopped.resolve("points.csv"), "replications"));
    }

    @Test
    void saysInTheManifestHowItWasStopped() throws IOException {
        JsonNode stop = new ObjectMapper()
                .readTree(stopped.resolve("manifest.json").toFile())
                .path("stop");

        assertThat(stop.path("looks").toString()).isEqualTo("[3,6,12,24]");
        assertThat(stop.path("confidence").doubleValue()).isEqualTo(1 - 0.05 / 4);
        assertThat(stop.path("half_widths").toString()).isEqualTo("{\"success_rate\":0.2}");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void goesOnWhereItWasStoppedWithTheSameBytes(int jobs, @TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        for (int i = 0; i < 3; i++) {
            boolean resume = i > 0;
            assertThatThrownBy(() -> sweep(STOP).run(SmallSweep.options(out, jobs, resume), new StopAfter(2)))
                    .isInstanceOf(StopAfter.Stopped.class);
        }

        sweep(STOP).run(SmallSweep.options(out, jobs, true), SweepListener.SILENT);

        ResultsFiles.assertSame(out, stopped);
    }

    @Test
    void tellsHowManyRunsThereAreStepByStep(@TempDir Path temp) throws IOException {
        List<Integer> totals = new ArrayList<>();
        List<Row> rows = new ArrayList<>();

        sweep(STOP).run(SmallSweep.options(temp.resolve("out"), 1, false), new SweepListener() {
            @Override
            public void started(int totalRuns, int alreadyDone, List<String> axes) {
                totals.add(totalRuns);
            }

            @Override
            public void totalIs(int totalRuns) {
                totals.add(totalRuns);
            }

            @Override
            public void runFinished(Row row) {
                rows.add(row);
            }
        });

        assertThat(totals).startsWith(6, 9, 15).isSorted().endsWith(rows.size());
    }

    @Test
    void refusesAFigureThatPointsDoNotHave() {
        assertThatThrownBy(() -> sweep("stop={half_width: {over_cap_second: 1}}"))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("stop.half_width.over_cap_second: is no figure that points have")
                .hasMessageContaining("Maybe you meant over_cap_seconds.");
    }
}
