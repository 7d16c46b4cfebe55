package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepPlanTest {

    private final ExperimentFolder folder = new ExperimentFolder();

    @Test
    void runsEveryCombinationTheFirstAxisSlowest() {
        assertThat(points("axes={control.interval: [5s, 10s], control.hold: {from: 1m, to: 3m, steps: 3}}"))
                .containsExactly("5s 1m", "5s 2m", "5s 3m", "10s 1m", "10s 2m", "10s 3m");
    }

    /** The pair stands where its first axis does, and counts once: 2 x 2 points in place of 8. */
    @Test
    void movesTheAxesOfAGroupTogether() {
        assertThat(points(
                        "axes={control.interval: [5s, 10s], control.hold: [1m, 2m], faults: {none: {}, drop: {control.api_latency: 2s}}}",
                        "pairs=[[faults, control.interval]]"))
                .containsExactly("5s 1m none", "5s 2m none", "10s 1m drop", "10s 2m drop");
    }

    @Test
    void hasOnePointWithoutAxes() {
        assertThat(points()).containsExactly("");
    }

    /** Of four combinations the one with a window of less than two scrapes, which could not be run, is left out. */
    @Test
    void leavesOutWhatDoesNotMeetTheConditions() {
        String axes = "axes={telemetry.scrape_interval: [5s, 60s], telemetry.rate_window: [1m, 2m]}";

        assertThat(points(axes, "where=[telemetry.rate_window >= 2 * telemetry.scrape_interval]"))
                .containsExactly("5s 1m", "5s 2m", "60s 2m");
    }

    @Test
    void asksForNamesOfAxesAndForEveryKeyWithItsDefault() {
        String axes = "axes={faults: {none: {}, drop: {control.hold: 5m}}, cap.share: [80 %, 100 %]}";

        assertThat(points(axes, "where=faults != none or cap.share < 100 %"))
                .containsExactly("none 80 %", "drop 80 %", "drop 100 %");
        // The hold is 1 min where nothing sets it.
        assertThat(points(axes, "where=[control.hold == 1m, \"services[0].replicas.max <= 1\"]"))
                .containsExactly("none 80 %", "none 100 %");
    }

    @Test
    void countsTheCombinationsBeforeConditions() {
        String axes = "axes={control.interval: [5s, 10s, 15s]}";

        assertThat(folder.read(ExperimentFolder.LEAST, axes).combinations()).isEmpty();
        assertThat(folder.read(ExperimentFolder.LEAST, axes, "where=control.interval > 5s")
                        .combinations())
                .hasValue(3);
    }

    @Test
    void saysWhichConditionLeavesNoPoint() {
        assertThatThrownBy(() -> points(
                        "axes={control.interval: [5s, 10s, 15s]}",
                        "where=[control.interval > 5s, control.interval < 10s]"))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining(
                        "where: leaves no point of 3 combinations: 2 after where[0], 0 after where[1]. Maybe");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fault != none | compares no setting",
                "control.intervall > 5s | 'control.intervall' is neither an axis nor a key of the experiment that has a value",
                "control > 5s | 'control' is a mapping; a condition compares single values",
                "services.model == 5s | 'services.model' needs an index where 'model' stands",
                "control..interval > 5s | 'control..interval' is not a dotted path",
            })
    void saysWhyAConditionCannotBeTold(String condition, String words) {
        assertThatThrownBy(() -> points("axes={control.interval: [5s, 10s]}", "where=" + condition))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining(": 1 issue\n  where[0]: ")
                .hasMessageContaining(words);
    }

    /** A point that meets the conditions must read. */
    @Test
    void leavesAPointThatDoesNotReadToItsReader() {
        ExperimentFile file = folder.read(
                ExperimentFolder.LEAST, "axes={control.interval: [5s, 10]}", "where=[control.interval >= 5s]");

        assertThat(file.points()).hasSize(2);
        assertThatThrownBy(() -> file.at(file.points().get(1)))
                .hasMessageContaining("control.interval: '10' is not a duration");
    }

    private List<String> points(String... sets) {
        return points(folder, sets);
    }

    /** The points of the least experiment with these settings, each as the texts of its values. */
    static List<String> points(ExperimentFolder folder, String... sets) {
        return folder.read(ExperimentFolder.LEAST, sets).points().stream()
                .map(point -> point.stream().map(Axis::text).collect(Collectors.joining(" ")))
                .toList();
    }
}
