package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.search.SearchSpace.Dimension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentSpaceTest {

    private static final String TIMERS =
            "axes={control.interval: {from: 0.1s, to: 1.1s}, control.hold: {from: 1s, to: 10000s, scale: log}}";

    private final ExperimentFolder folder = new ExperimentFolder();

    /** Quantities that rise or fall are in order whatever their units; names and values to and fro are not. */
    @Test
    void takesRangesAsTheyAreAndTellsListsInOrderFromOthers() {
        assertThat(read("axes={control.interval: {from: 1s, to: 9s}, control.hold: {from: 1m, to: 9m, steps: 5},"
                                + " telemetry.rate_window: [5m, 90s, 60s], control.stagger: [5s, 1s, 9s],"
                                + " load: {calm: {}, busy: {workload.scale: 2}}}")
                        .searchSpace()
                        .dimensions())
                .containsExactly(
                        Dimension.range(),
                        new Dimension(5, true),
                        new Dimension(3, true),
                        new Dimension(3, false),
                        new Dimension(2, false));
    }

    /** Half of the way from 0.1 s to 1.1 s, and a quarter of that from 1 s to 10^4 s by factors. */
    @Test
    void hasThePointAtAPosition() {
        ExperimentFile file = read(TIMERS);

        assertThat(at(file, 0.5, 0.25)).contains("0.6s 10s");
        assertThat(at(file, 0, 1)).contains("0.1s 10000s");
        assertThat(file.at(file.searchSpace().at(new double[] {0.5, 0.25}).orElseThrow())
                        .control()
                        .intervalNanos())
                .isEqualTo(600_000_000);
    }

    /** The pair is the first dimension; its axes are the first and the third. */
    @Test
    void movesTheAxesOfAPairTogether() {
        ExperimentFile file = read(
                "axes={control.interval: [5s, 10s], control.stagger: {from: 1s, to: 3s}, control.hold: [1m, 2m]}",
                "pairs=[[control.interval, control.hold]]");

        assertThat(file.searchSpace().dimensions()).containsExactly(new Dimension(2, true), Dimension.range());
        assertThat(at(file, 1, 0.5)).contains("10s 2s 2m");
    }

    @Test
    void hasNoPointWhereAConditionDoesNotHold() {
        ExperimentFile file = read(TIMERS, "where=control.interval >= 0.5s");

        assertThat(at(file, 0.3, 0)).isEmpty();
        assertThat(at(file, 0.4, 0)).contains("0.5s 1s");
        assertThatThrownBy(() -> read(TIMERS, "where=control.intervall >= 0.5s"))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("1 issue\n  where[0]: 'control.intervall' ");
    }

    /** A sweep of the same file would sample them; both ends are tried when it is read. */
    @Test
    void leavesADesignAsideAndTriesBothEnds() {
        assertThat(at(read(TIMERS, "design={kind: sobol, points: 3}"), 0.5, 0.25))
                .contains("0.6s 10s");
        assertThat(read(TIMERS).axes())
                .extracting(Axis::texts)
                .containsExactly(List.of("0.1s", "1.1s"), List.of("1s", "10000s"));
        assertThatThrownBy(() -> read("axes.services[0].replicas.max={from: 2.5, to: 4}"))
                .hasMessageContaining("1 issue\n  axes.services[0].replicas.max = 2.5: makes services[0].replicas.max:"
                        + " expected a whole number, found '2.5'");
    }

    /** Windows of 30 s hold one scrape of 30 s; each end goes with the 15 s and the minute that nobody has set. */
    @Test
    void findsEndsThatDoNotGoTogether() {
        String axes =
                "axes={telemetry.scrape_interval: {from: 5s, to: 30s}, telemetry.rate_window: {from: 30s, to: 60s}}";

        assertThatThrownBy(() -> read(axes))
                .hasMessageContaining(
                        "1 issue\n  axes.telemetry.scrape_interval = 30s with axes.telemetry.rate_window = 30s: makes ");
        assertThat(at(read(axes, "where=telemetry.rate_window >= 2 * telemetry.scrape_interval"), 1, 0))
                .isEmpty();
    }

    @Test
    void needsAxes() {
        assertThatThrownBy(this::read)
                .hasMessageContaining("1 issue\n  axes: are missing: a search needs what to vary");
    }

    @Test
    void isTheSameAsReadFromItsJson(@TempDir Path real) throws IOException {
        Files.writeString(real.resolve("requests.csv"), "arrival_seconds,input_tokens,output_tokens\n0,100,10\n");
        ExperimentFile file = ExperimentFile.readForSearch(
                Files.writeString(real.resolve("try.yaml"), ExperimentFolder.LEAST), List.of(TIMERS));

        ExperimentFile there = ExperimentFile.fromJson(file.toJson());

        assertThat(at(there, 0.5, 0.25)).contains("0.6s 10s");
        assertThat(there.layout()).isEqualTo(new SweepLayout(file.axes(), List.of()));
    }

    private ExperimentFile read(String... sets) {
        return ExperimentFile.readForSearch(folder.write("try.yaml", ExperimentFolder.LEAST), List.of(sets));
    }

    private static Optional<String> at(ExperimentFile file, double... position) {
        return file.searchSpace()
                .at(position)
                .map(point -> point.stream().map(Axis::text).collect(Collectors.joining(" ")));
    }
}
