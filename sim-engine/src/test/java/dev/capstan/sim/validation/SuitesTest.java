package dev.capstan.sim.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.validation.Check.Layer;
import dev.capstan.sim.validation.Check.Verdict;
import dev.capstan.trace.RandomStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That no check of a suite fails, and the page tells what was found, the test of {@code capstan validate} shows. */
class SuitesTest {

    /** Each with the one thing that it is about taken away. */
    static Stream<Suite> brokenSuites() {
        return Stream.of(
                new ThreeBandSuite((parameters, seed) -> uncapped(seed)),
                new TimerSuite((parameters, seed) -> uncapped(seed)),
                new ReshapingSuite((parameters, seed) -> uncapped(seed)),
                new PoolingSuite((seed, replica) -> RandomStream.named(seed, "one for all")),
                new PlacementSuite((watts, domains) ->
                        IntStream.range(0, watts.size()).map(i -> i / 8).toArray()),
                new RoutingSuite((pools, load) -> {
                    double[] one = new double[pools.size()];
                    one[0] = load;
                    return one;
                }));
    }

    private static CappingPolicy<?> uncapped(long seed) {
        return SmallCluster.Policies.named("none").make(Map.of(), seed);
    }

    @ParameterizedTest
    @MethodSource("brokenSuites")
    void aSuiteFailsWhereItsSubjectIsBroken(Suite suite) {
        String traces = System.getenv("CAPSTAN_TRACES");
        assumeTrue(traces != null, "needs CAPSTAN_TRACES, the folder of the public traces");

        assertThat(suite.run(Optional.of(Path.of(traces))))
                .filteredOn(check -> check.verdict() == Verdict.FAILED)
                .isNotEmpty();
    }

    @Test
    void checksOfDataThatAreNotThereAreSkippedByName(@TempDir Path empty) {
        assertThat(new WallPowerSuite().run(Optional.of(empty))).singleElement().satisfies(check -> {
            assertThat(check.verdict()).isEqualTo(Verdict.SKIPPED);
            assertThat(check.note()).startsWith("no " + empty);
        });
    }

    @Test
    void aCheckFailsWhereItsNumberOrItsIntervalMisses() {
        assertThat(Check.within("n", Layer.VERIFICATION, "s", "W", 10, 10.1, 0.1)
                        .verdict())
                .isEqualTo(Verdict.PASSED);
        assertThat(Check.within("n", Layer.VERIFICATION, "s", "W", 10, 10.2, 0.1)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        assertThat(Check.near("n", Layer.VERIFICATION, "s", "W", -10, -9.4, 0.05)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        assertThat(Check.atMost("n", Layer.VERIFICATION, "s", "W", 5, Double.NaN)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        Interval interval = new Interval(5, 4, 6);
        assertThat(Check.covers("n", Layer.VERIFICATION, "s", "W", 6.1, interval, 0.2)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        assertThat(Check.meets("n", Layer.VERIFICATION, "s", "W", 5.9, 7, interval, 0.2)
                        .verdict())
                .isEqualTo(Verdict.PASSED);
        assertThat(Check.covers("n", Layer.VERIFICATION, "s", "W", 5, interval, 0.19)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        assertThat(Check.liesIn("n", Layer.VERIFICATION, "s", "W", 4.5, 7, interval)
                        .verdict())
                .isEqualTo(Verdict.FAILED);
        assertThat(Check.between("n", Layer.VERIFICATION, "s", "W", 4, 7, 7).verdict())
                .isEqualTo(Verdict.PASSED);
        assertThat(Check.between("n", Layer.VERIFICATION, "s", "W", 4, 7, 7.01).verdict())
                .isEqualTo(Verdict.FAILED);
    }

    @Test
    void fallingFiguresMayStayButNeverRiseAndEndLowerThanTheyBegin() {
        assertThat(falls(3, 2, 2, 1)).isEqualTo(Verdict.PASSED);
        assertThat(falls(3, 2, 2.1, 1)).isEqualTo(Verdict.FAILED);
        assertThat(falls(2, 2, 2)).isEqualTo(Verdict.FAILED);
        assertThat(falls(2, Double.NaN, 1)).isEqualTo(Verdict.FAILED);
    }

    private static Verdict falls(double... values) {
        return Check.falls("n", Layer.REPRODUCTION, "s", "", values).verdict();
    }

    /** Published anchors: they fix the closed form that the queues are held against. */
    @Test
    void knowsTheAnchorsOfErlangC() {
        assertThat(QueueingSuite.erlangC(8, 0.8)).isEqualTo(0.457645, within(5e-7));
        assertThat(QueueingSuite.erlangC(8, 0.8) / (8 * 0.2)).isEqualTo(0.286028, within(5e-7));
        assertThat(QueueingSuite.erlangC(16, 0.9)).isEqualTo(0.591343, within(5e-7));
        assertThat(QueueingSuite.erlangC(16, 0.9) / (16 * 0.1)).isEqualTo(0.369590, within(5e-7));
        assertThat(QueueingSuite.erlangC(1, 0.7)).isEqualTo(0.7, within(1e-12));
    }

    @Test
    void writesNumbersWithSixDigitsAndTheirUnit() {
        Check check = Check.near("n", Layer.CALIBRATION, "s", "W", 1234567.8, 1000, 0.05);

        assertThat(check.expected()).isEqualTo("1234570 W");
        assertThat(check.got()).isEqualTo("1000 W (off by 99.92 %)");
        assertThat(check.tolerance()).isEqualTo("± 5 %");
    }

    @Test
    void anUnknownSuiteListsTheKnownOnes() {
        assertThatThrownBy(() -> Suites.find("queues")).hasMessageContaining("Known: queueing, batching, ");
    }
}
