package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.results.Interval;
import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopRuleTest {

    private static final int REPETITIONS = 2_000;

    private final ExperimentFolder folder = new ExperimentFolder();

    @Test
    void looksAfterTwiceAsManyReplicationsEachTimeAndAtTheEnd() {
        assertThat(new StopRule(5, Map.of()).looks(50)).containsExactly(5, 10, 20, 40, 50);
        assertThat(new StopRule(5, Map.of()).looks(10)).containsExactly(5, 10);
        assertThat(new StopRule(3, Map.of()).looks(1_000_000)).hasSize(20).endsWith(786_432, 1_000_000);
    }

    /** Bonferroni: five looks that err in 1 % each err in 5 % together at the most. */
    @Test
    void sharesTheErrorOutAmongItsLooks() {
        assertThat(new StopRule(5, Map.of()).confidence(50)).isCloseTo(0.99, within(1e-12));
        assertThat(new StopRule(5, Map.of()).confidence(10)).isCloseTo(0.975, within(1e-12));
    }

    /**
     * Means of normal numbers, stopped once the interval is narrow: it holds the truth, which is 0, in at least 95 % of the
     * repetitions. Intervals of 95 % at each look, stopped in the same way, do not.
     */
    @Test
    void keepsTheErrorRateOfWhatIsStoppedAtAGoodMoment() {
        StopRule rule = new StopRule(3, Map.of());

        double ofRule = heldShare(rule, rule.confidence(96));
        double ofNaive = heldShare(rule, 0.95);

        assertThat(ofRule).isGreaterThan(0.95);
        assertThat(ofNaive).isLessThan(0.94);
    }

    private static double heldShare(StopRule rule, double confidence) {
        int held = 0;
        for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            RandomStream random = RandomStream.named(repetition, "stop");
            double[] values = new double[96];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian();
            }
            held += holdsZero(stopped(rule, confidence, values)) ? 1 : 0;
        }
        return (double) held / REPETITIONS;
    }

    private static Interval stopped(StopRule rule, double confidence, double[] values) {
        for (int look : rule.looks(values.length)) {
            Interval interval = Interval.ofMean(Arrays.copyOf(values, look), confidence);
            if (interval.halfWidth() <= 0.5) {
                return interval;
            }
        }
        return Interval.ofMean(values, confidence);
    }

    private static boolean holdsZero(Interval interval) {
        return interval.low() <= 0 && 0 <= interval.high();
    }

    @Test
    void isReadWithAFirstLookAfterFive() {
        ExperimentFile file =
                folder.read(ExperimentFolder.LEAST, "replications=40", "stop={half_width: {success_rate: 0.02}}");

        assertThat(file.stop()).contains(new StopRule(5, Map.of("success_rate", 0.02)));
        assertThat(file.resolved().at("/stop/first").intValue()).isEqualTo(5);
        assertThat(folder.read(ExperimentFolder.LEAST).stop()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stop={first: 3} | stop.half_width: is missing; expected what is narrow enough",
                "stop={half_width: {success_rate: 0}} | stop.half_width.success_rate: must lie between 0.000000001 and",
                "stop={first: 1, half_width: {success_rate: 0.1}} | stop.first: must lie between 2 and",
                "stop={first: 9, half_width: {success_rate: 0.1}} | stop.first: must be less than replications, was 9 of 9",
                "stop={widths: 3, half_width: {success_rate: 0.1}} | stop.widths: unknown key",
                "axes={stop.first: [2, 3]} | cannot be an axis",
            })
    void isRefusedWithTheKeyAtFault(String set, String message) {
        assertThatThrownBy(() -> folder.read(ExperimentFolder.LEAST, "replications=9", set))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void doesNotGoWithSensitivity() {
        assertThatThrownBy(() -> folder.read(
                        ExperimentFolder.LEAST,
                        "replications=9",
                        "sensitivity={cluster.server_base: [1 kW, 2 kW]}",
                        "stop={half_width: {success_rate: 0.1}}"))
                .hasMessageContaining("stop: does not go with sensitivity");
    }
}
