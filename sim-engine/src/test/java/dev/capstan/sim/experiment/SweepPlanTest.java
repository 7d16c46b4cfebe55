package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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

    private List<String> points(String... sets) {
        return folder.read(ExperimentFolder.LEAST, sets).points().stream()
                .map(point -> point.stream().map(Axis::text).collect(Collectors.joining(" ")))
                .toList();
    }
}
