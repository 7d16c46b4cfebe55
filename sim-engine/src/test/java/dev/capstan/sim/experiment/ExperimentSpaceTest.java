package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.search.SearchSpace;
import dev.capstan.sim.search.SearchSpace.Dimension;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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
        SearchSpace<?> untold = read(TIMERS, "where=control.intervall >= 0.5s").searchSpace();
        assertThatThrownBy(() -> untold.at(new double[] {0, 0}))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("where[0]: ");
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

    private ExperimentFile read(String... sets) {
        return ExperimentFile.readForSearch(folder.write("try.yaml", ExperimentFolder.LEAST), List.of(sets));
    }

    private static Optional<String> at(ExperimentFile file, double... position) {
        return file.searchSpace()
                .at(position)
                .map(point -> point.stream().map(Axis::text).collect(Collectors.joining(" ")));
    }
}
