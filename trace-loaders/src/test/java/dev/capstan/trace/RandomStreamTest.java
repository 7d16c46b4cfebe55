package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {

    private static final int DRAWS = 1_000_000;

    /** Standard errors allowed: a right sampler fails one test in 15,000 seeds, and the seeds are fixed. */
    private static final double SIGMAS = 4;

    @Test
    void givesTheSameNumbersForOneSeedAndNameForEver() {
        RandomStream stream = RandomStream.named(42, "arrivals");
        // Computed from the published definitions of FNV-1a, SplitMix64 and XoRoShiRo128++ by a script in another
        // language. A change of these numbers changes every published result.
        assertThat(new long[] {stream.nextLong(), stream.nextLong(), stream.nextLong()})
                .containsExactly(1247187943897042958L, -9132763945878268577L, 6592124741233952803L);
    }

    @Test
    void givesOtherNumbersForOtherSeedsAndNames() {
        long first = RandomStream.named(1, "a").nextLong();
        assertThat(RandomStream.named(2, "a").nextLong()).isNotEqualTo(first);
        assertThat(RandomStream.named(1, "b").nextLong()).isNotEqualTo(first);
    }

    @Test
    void streamsOfNeighbouringSeedsAndNamesAreNotCorrelated() {
        for (RandomStream other :
                new RandomStream[] {RandomStream.named(8, "a"), RandomStream.named(7, "b"), RandomStream.named(7, "")
                }) {
            RandomStream stream = RandomStream.named(7, "a");
            double sum = 0;
            for (int i = 0; i < DRAWS; i++) {
                sum += (stream.nextDouble() - 0.5) * (other.nextDouble() - 0.5);
            }
            // A product of two independent uniforms of variance 1/12 has the variance 1/144.
            assertThat(sum / DRAWS).isCloseTo(0, within(SIGMAS / 12 / Math.sqrt(DRAWS)));
        }
    }

    @Test
    void uniformNumbersFillZeroToOne() {
        RandomStream stream = RandomStream.named(1, "uniform");
        requireMoments(stream::nextDouble, 0.5, 1.0 / 12, 1.8 - 3);
    }

    @Test
    void exponentialNumbersHaveMeanAndVarianceOne() {
        RandomStream stream = RandomStream.named(1, "exponential");
        requireMoments(stream::nextExponential, 1, 1, 6);
    }

    @Test
    void gaussianNumbersHaveMeanZeroAndVarianceOne() {
        RandomStream stream = RandomStream.named(1, "gaussian");
        requireMoments(stream::nextGaussian, 0, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.5, 1, 2.5, 100})
    void gammaNumbersHaveMeanAndVarianceOfTheirShape(double shape) {
        RandomStream stream = RandomStream.named(1, "gamma");
        requireMoments(() -> stream.nextGamma(shape), shape, shape, 6 / shape);
    }

    @Test
    void gammaOfShapeOneIsExponential() {
        RandomStream stream = RandomStream.named(3, "gamma");
        int above = 0;
        for (int i = 0; i < DRAWS; i++) {
            above += stream.nextGamma(1) > 2 ? 1 : 0;
        }
        double expected = Math.exp(-2);
        assertThat(above / (double) DRAWS)
                .isCloseTo(expected, within(SIGMAS * Math.sqrt(expected * (1 - expected) / DRAWS)));
    }

    @Test
    void integersStayBelowTheirBoundAndReachAll() {
        RandomStream stream = RandomStream.named(1, "int");
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[stream.nextInt(7)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400); // 10,000 +- 4 sqrt(10,000 * 6/7)
        }
    }

    @Test
    void refusesAShapeThatIsNone() {
        RandomStream stream = RandomStream.named(1, "gamma");
        assertThatThrownBy(() -> stream.nextGamma(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stream.nextGamma(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The variance of a sample variance is about variance^2 (excess + 2) / n. */
    private static void requireMoments(DoubleSupplier draws, double mean, double variance, double excessKurtosis) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double deviation = draws.getAsDouble() - mean;
            sum += deviation;
            squares += deviation * deviation;
        }
        assertThat(sum / DRAWS).isCloseTo(0, within(SIGMAS * Math.sqrt(variance / DRAWS)));
        assertThat(squares / DRAWS)
                .isCloseTo(variance, within(SIGMAS * variance * Math.sqrt((excessKurtosis + 2) / DRAWS)));
    }
}
