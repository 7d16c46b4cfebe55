package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps whose points a search chooses. */
class SearchSweepTest {

    /** The longer the interval of the policy, the more disturbances last too long; the higher the cap, the less is stranded. */
    private static final String TIMERS = SmallSweep.SQUARE_WAVE + """
            cap: {power: 5 kW, contain_within: 30s}
            telemetry: {exporter_interval: 1s, scrape_interval: 5s, rate_window: 15s}
            policies: [none, three-band]
            axes:
              control.interval: {from: 1s, to: 2m, scale: log}
              cap.power: {from: 4.2 kW, to: 5 kW}
            """;

    private static final String GOAL = "min capped_seconds s.t. success_rate >= 0.99";
    private static final int POINTS = 40;

    @TempDir
    static Path folder;

    private static Path whole;

    @BeforeAll
    static void searchOnce() throws IOException {
        Files.writeString(folder.resolve("timers.yaml"), TIMERS);
        whole = folder.resolve("whole");
        search(GOAL, POINTS).run(SmallSweep.options(whole, 1, false), SweepListener.SILENT);
    }

    private static Sweep search(String goal, int points, String... sets) {
        return Sweep.search(ExperimentFile.readForSearch(folder.resolve("timers.yaml"), List.of(sets)), goal, points);
    }

    private static JsonNode find(Path results) throws IOException {
        return new ObjectMapper()
                .readTree(results.resolve("manifest.json").toFile())
                .path("find");
    }

    /** Told from the table alone: of the points and policies that keep to the bound the first with the least. */
    @Test
    void endsAtTheBestOfThePointsThatItTried() throws IOException {
        Path points = whole.resolve("points.csv");
        List<String> success = ResultsFiles.column(points, "success_rate");
        List<String> capped = ResultsFiles.column(points, "capped_seconds_mean");
        int best = IntStream.range(0, success.size())
                .filter(i -> !success.get(i).isEmpty() && Double.parseDouble(success.get(i)) >= 0.99)
                .boxed()
                .min((a, b) -> Double.compare(Double.parseDouble(capped.get(a)), Double.parseDouble(capped.get(b))))
                .orElseThrow();
        JsonNode found = find(whole).path("found");

        assertThat(found.at("/axes/control.interval").asText())
                .isEqualTo(ResultsFiles.column(points, "control.interval").get(best));
        assertThat(found.at("/axes/cap.power").asText())
                .isEqualTo(ResultsFiles.column(points, "cap.power").get(best));
        assertThat(found.path("policy").asText()).isEqualTo("three-band");
        assertThat(find(whole).path("tried_points").intValue())
                .isBetween(10, POINTS)
                .isEqualTo(success.size() / 2);
        assertThat(find(whole).path("goal").asText()).isEqualTo("min capped_seconds_mean s.t. success_rate >= 0.99");
    }

    /** Points of a search crowd around what looked good, so that means over them say nothing of an axis. */
    @Test
    void tellsNoEffectsOfTheAxes() {
        assertThat(whole.resolve("effects.csv")).doesNotExist();
        assertThat(whole.resolve("variance.csv")).doesNotExist();
        assertThat(whole.resolve("summary.csv")).exists();
    }

    @Test
    void showsTheTriedValuesOfARangeFromTheLowestToTheHighest() throws IOException {
        JsonNode axis = new ObjectMapper()
                .readTree(whole.resolve("manifest.json").toFile())
                .at("/axes/1");

        assertThat(axis.path("continuous").booleanValue()).isTrue();
        assertThat(axis.path("values"))
                .extracting(value -> Double.parseDouble(value.asText().replace(" kW", "")))
                .hasSizeGreaterThan(5)
                .isSorted()
                .allSatisfy(value -> assertThat(value).isBetween(4.2, 5.0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void goesOnWhereItWasStoppedWithTheSameBytes(int jobs, @TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        for (int i = 0; i < 3; i++) {
            boolean resume = i > 0;
            assertThatThrownBy(() -> search(GOAL, POINTS).run(SmallSweep.options(out, jobs, resume), new StopAfter(5)))
                    .isInstanceOf(StopAfter.Stopped.class);
        }

        search(GOAL, POINTS).run(SmallSweep.options(out, jobs, true), SweepListener.SILENT);

        ResultsFiles.assertSame(out, whole);
        assertThat(find(out)).isEqualTo(find(whole));
    }

    @Test
    void refusesToGoOnAfterTheGoalWasChanged(@TempDir Path temp) {
        Path out = temp.resolve("out");
        assertThatThrownBy(() -> search(GOAL, POINTS).run(SmallSweep.options(out, 1, false), new StopAfter(1)))
                .isInstanceOf(StopAfter.Stopped.class);

        SmallSweep.assertRefused(search(GOAL + "9", POINTS), SmallSweep.options(out, 1, true));
    }

    @Test
    void saysWhichPointIsClosestWhereNoneKeepsToTheBounds(@TempDir Path temp) throws IOException {
        search("min capped_seconds s.t. over_cap_seconds < 0", 5)
                .run(SmallSweep.options(temp.resolve("out"), 2, false), SweepListener.SILENT);

        assertThat(find(temp.resolve("out")).has("found")).isFalse();
        assertThat(find(temp.resolve("out")).at("/closest/policy").asText()).isNotEmpty();
    }

    /** A window of 15 s is too short for scrapes every 20 s, so that no such point is tried. */
    @Test
    void leavesOutPointsWhoseValuesDoNotGoTogether(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        search(
                        GOAL,
                        50,
                        "axes={telemetry.scrape_interval: [5s, 20s, 6s], telemetry.rate_window: [15s, 60s]}",
                        "where=[telemetry.scrape_interval > 1s]")
                .run(SmallSweep.options(out, 2, false), SweepListener.SILENT);

        assertThat(ResultsFiles.column(out.resolve("points.csv"), "telemetry.scrape_interval"))
                .containsExactly("5s", "5s", "5s", "5s", "20s", "20s", "6s", "6s", "6s", "6s");
    }

    @Test
    void refusesWhatThereIsNothingToLookOn() {
        assertThatThrownBy(() -> search(GOAL, 5, "axes="))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("axes: are missing");
        assertThatThrownBy(() -> search("min watts", 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 5: expected a column of points.csv");
        SweepOptions local = SmallSweep.options(folder.resolve("part"), 1, false);
        SweepOptions part = new SweepOptions(
                local.out(),
                local.engine(),
                local.check(),
                false,
                Optional.of(new Shard(0, 2)),
                "sweep",
                "test",
                local.clock());
        assertThatThrownBy(() -> search(GOAL, 5).run(part, SweepListener.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a search has no parts");
    }
}
