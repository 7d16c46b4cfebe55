package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DesignTest {

    private static final String TIMERS =
            "axes={control.interval: {from: 0.1s, to: 1.1s}, control.hold: {from: 1s, to: 10000s, scale: log}}";

    private final ExperimentFolder folder = new ExperimentFolder();

    /**
     * By hand from Joe and Kuo's direction numbers, in the order of Gray's code: v1 to v3 are 1/2, 1/4, 1/8 in the first
     * dimension; 1/2, 3/4, 5/8 in the second (s = 1, a = 0, m = 1); 1/2, 3/4, 3/8 in the third (s = 2, a = 1, m = 1, 3).
     * Each point is the one before, exclusive or v1, v2, v1, v3, v1, v2, v1.
     */
    @Test
    void samplesBySobolsSequenceAfterTheOrigin() {
        double[][] shares = new Design(Design.Kind.SOBOL, 7).shares(List.of("a", "b", "c"), 1);

        assertThat(shares).isDeepEqualTo(new double[][] {
            {0.5, 0.5, 0.5},
            {0.75, 0.25, 0.25},
            {0.25, 0.75, 0.75},
            {0.375, 0.375, 0.625},
            {0.875, 0.875, 0.125},
            {0.625, 0.125, 0.875},
            {0.125, 0.625, 0.375},
        });
    }

    /** Rows of the sequence in four dimensions after the origin: all 1/2, then 3/4 1/4 1/4 1/4 (s = 3, a = 1, m = 1, 3, 1). */
    @Test
    void mixesTheHalvesOfAPointOfSobolsSequence() {
        double[][] shares = new Design(Design.Kind.SALTELLI, 2).shares(List.of("a", "b"), 1);

        assertThat(shares).isDeepEqualTo(new double[][] {
            {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}, {0.75, 0.25}, {0.25, 0.25}, {0.25, 0.25}, {0.75, 0.25},
        });
        assertThat(Arrays.copyOf(new Design(Design.Kind.SALTELLI, 9).shares(List.of("a", "b"), 1), 8))
                .isDeepEqualTo(shares);
    }

    /** Of the rows above those of the first are one place, and of the second A and the one with B's hold are one. */
    @Test
    void tellsWhereThePointsOfTheRowsLie() {
        SweepLayout layout = folder.read(ExperimentFolder.LEAST, TIMERS, "design={kind: saltelli, points: 2}")
                .layout();

        assertThat(layout.dimensions())
                .containsExactly(new SweepLayout.Dimension(
                        List.of(0, 1),
                        List.of(List.of("0.6s", "100s"), List.of("0.85s", "10s"), List.of("0.35s", "10s")),
                        List.of(0, 0, 0, 0, 1, 2, 2, 1)));
    }

    @Property
    void hasOnePointOfALatinHypercubeInEachStretchOfEveryAxis(
            @ForAll @IntRange(min = 1, max = 60) int points,
            @ForAll @IntRange(min = 1, max = 4) int axes,
            @ForAll long seed) {
        List<String> paths =
                IntStream.range(0, axes).mapToObj(axis -> "axis" + axis).toList();

        double[][] shares = new Design(Design.Kind.LATIN_HYPERCUBE, points).shares(paths, seed);

        for (int axis = 0; axis < axes; axis++) {
            int index = axis;
            assertThat(Arrays.stream(shares).mapToInt(share -> (int) Math.floor(share[index] * points)))
                    .containsExactlyInAnyOrder(
                            IntStream.range(0, points).boxed().toArray(Integer[]::new));
        }
    }

    @Test
    void dealsTheStretchesOfALatinHypercubeByChance() {
        double[][] shares = new Design(Design.Kind.LATIN_HYPERCUBE, 1000).shares(List.of("a", "b"), 7);

        double within = Arrays.stream(shares)
                .mapToDouble(share -> (share[0] * 1000) % 1)
                .average()
                .orElseThrow();
        double product = Arrays.stream(shares)
                .mapToDouble(share -> (share[0] - 0.5) * (share[1] - 0.5))
                .average()
                .orElseThrow();
        // A place within a stretch is uniform: mean 1/2, deviation 0.29 / sqrt(1000) = 0.009.
        assertThat(within).isCloseTo(0.5, within(0.04));
        // Of independent axes: mean 0, deviation 1 / 12 / sqrt(1000) = 0.0026.
        assertThat(product).isCloseTo(0, within(0.012));
    }

    /** Shares of 1/2 1/2, 3/4 1/4 and 1/4 3/4: of a second after 0.1 s, and as powers of 10000. */
    @Test
    void samplesRangesWithoutStepsInTheirScale() {
        assertThat(points(TIMERS, "design={kind: sobol, points: 3}"))
                .containsExactly("0.6s 100s", "0.85s 10s", "0.35s 1000s");
    }

    @Test
    void givesTheAxesWhatItSampledFromTheLowestToTheHighest() {
        Axis axis = folder.read(ExperimentFolder.LEAST, TIMERS, "design={kind: sobol, points: 3}")
                .axes()
                .get(1);

        assertThat(axis.texts()).containsExactly("10s", "100s", "1000s");
        assertThat(axis.continuum()).contains(new Axis.Continuum("1s", "10000s", "log"));
    }

    /** The design takes the place of its first axis in the grid. */
    @Test
    void crossesTheDesignWithOtherAxes() {
        String axes = "axes={cap.share: [80 %, 90 %], control.interval: {from: 0.1s, to: 1.1s},"
                + " faults: {none: {}, drop: {control.stagger: 5s}}, control.hold: {from: 1s, to: 2s}}";

        assertThat(points(axes, "design={kind: sobol, points: 2}"))
                .containsExactly(
                        "80 % 0.6s none 1.5s",
                        "80 % 0.6s drop 1.5s",
                        "80 % 0.85s none 1.25s",
                        "80 % 0.85s drop 1.25s",
                        "90 % 0.6s none 1.5s",
                        "90 % 0.6s drop 1.5s",
                        "90 % 0.85s none 1.25s",
                        "90 % 0.85s drop 1.25s");
    }

    /** Of the seven points after the origin those of the first axis are 1/2 3/4 1/4 3/8 7/8 5/8 1/8 of the way. */
    @Test
    void holdsPointsOfADesignToConditions() {
        assertThat(points(TIMERS, "design={kind: sobol, points: 7}", "where=control.interval >= 0.7s"))
                .hasSize(3)
                .allSatisfy(point -> assertThat(point).matches("(0.85|0.975|0.725)s .*"));
    }

    /** Three whole numbers get a third each: 1/8 and 1/4 of the way is the lowest, 7/8 and 3/4 the highest. */
    @Test
    void givesWholeNumbersTheSameRoomAndKeepsAPointOnce() {
        assertThat(points(
                        "axes.services[0].replicas.max={from: 2, to: 4, whole: true}",
                        "design={kind: sobol, points: 7}"))
                .containsExactly("3", "4", "2");
        Range three = new Range(
                BigDecimal.valueOf(2), BigDecimal.valueOf(4), "", Range.Scale.LINEAR, true, OptionalInt.empty());
        assertThat(IntStream.range(0, 9)
                        .mapToObj(i -> three.sample((i + 0.5) / 9))
                        .map(BigDecimal::intValueExact))
                .containsExactly(2, 2, 2, 3, 3, 3, 4, 4, 4);
    }

    @Test
    void drawsALatinHypercubeFromTheSeedAndAStreamForEachAxis() {
        String design = "design={kind: latin-hypercube, points: 20}";
        List<String> both = points(TIMERS, design);

        assertThat(points(TIMERS, design)).isEqualTo(both);
        assertThat(points(TIMERS, design, "seed=2")).isNotEqualTo(both);
        assertThat(points("axes={control.hold: {from: 1s, to: 10000s, scale: log}}", design))
                .isEqualTo(both.stream()
                        .map(point -> point.substring(point.indexOf(' ') + 1))
                        .toList());
    }

    @Test
    void fillsInTheDesign() {
        assertThat(folder.read(ExperimentFolder.LEAST, TIMERS, "design={kind: latin-hypercube, points: 5}")
                        .resolved()
                        .path("design")
                        .toString())
                .isEqualTo("{\"kind\":\"latin-hypercube\",\"points\":5}");
    }

    @Test
    void refusesAContinuousAxisWithoutADesignAndADesignWithoutOne() {
        assertThatThrownBy(() -> points(TIMERS))
                .hasMessageContaining("2 issues")
                .hasMessageContaining("axes.control.interval: has no steps and no design samples it. Maybe steps: 5, or"
                        + " design: {kind: sobol, points: 64}.");
        assertThatThrownBy(() -> points("axes={control.interval: [5s]}", "design={kind: sobol, points: 3}"))
                .hasMessageContaining("1 issue\n  design: has nothing to sample: no axis is a range without steps");
    }

    @Test
    void refusesToPairAContinuousAxis() {
        assertThatThrownBy(() ->
                        points(TIMERS, "design={kind: sobol, points: 3}", "pairs=[[control.interval, control.hold]]"))
                .hasMessageContaining("pairs[0][0]: 'control.interval' has no values to pair. Maybe give it steps.");
    }

    @Test
    void triesEachPointOfADesign() {
        assertThatThrownBy(() ->
                        points("axes.services[0].replicas.max={from: 2, to: 4}", "design={kind: sobol, points: 2}"))
                .hasMessageContaining("1 issue\n  axes.services[0].replicas.max = 3.5: makes services[0].replicas.max:"
                        + " expected a whole number, found '3.5'");
    }

    private List<String> points(String... sets) {
        return SweepPlanTest.points(folder, sets);
    }
}
