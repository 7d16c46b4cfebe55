package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.SobolSequenceGenerator;
import org.junit.jupiter.api.Test;

class AdditiveModelTest {

    /** Variances 9/12 and 4/12 of straight lines, and a third axis that does nothing. */
    @Test
    void findsTheSharesOfASum() {
        assertThat(once(sobol(3, 64), x -> 3 * x[0] + 2 * x[1]))
                .containsExactly(new double[] {9 / 13.0, 4 / 13.0, 0}, within(0.01));
    }

    /** See {@link SaltelliIndicesTest}; a curve of six cosines follows the square of a sine over two periods. */
    @Test
    void findsTheSharesOfIshigamisFunction() {
        assertThat(once(sobol(3, 512), SaltelliIndicesTest::ishigami))
                .containsExactly(new double[] {0.3139, 0.4424, 0}, within(0.02));
    }

    /** A step at a third of the way has variance 2/9 beside 1/12 of a line; six cosines miss a twelfth of a step's. */
    @Test
    void followsACliff() {
        double[] shares = once(sobol(2, 256), x -> (x[0] < 1 / 3.0 ? 0 : 1) + x[1]);

        double step = 2 / 9.0 / (2 / 9.0 + 1 / 12.0);
        assertThat(shares[0]).isBetween(0.85 * step, step);
        assertThat(shares[1]).isCloseTo(1 - step, within(0.02));
    }

    /** Three levels whose means are 0, 1 and 5, mean 2: variance 14 / 3, beside 1/12 of a line. */
    @Test
    void hasTheMeansOfTheLevelsOfAWholeAxis() {
        double[][] points = sobol(2, 255);
        for (double[] point : points) {
            point[0] = Math.floor(3 * point[0]);
        }
        double[] means = {0, 1, 5};

        assertThat(once(points, x -> means[(int) x[0]] + x[1]))
                .containsExactly(
                        new double[] {14 / 3.0 / (14 / 3.0 + 1 / 12.0), 1 / 12.0 / (14 / 3.0 + 1 / 12.0)},
                        within(0.01));
    }

    @Test
    void doesNotTellAxesApartThatAlwaysMoveTogether() {
        double[][] points =
                IntStream.range(0, 32).mapToObj(i -> new double[] {i, i}).toArray(double[][]::new);

        assertThat(once(points, x -> x[0])).containsOnly(Double.NaN);
    }

    /**
     * 200 samples of 64 random points of 4 x + 2 y and noise of variance 1/4: shares 16/23 and 4/23 of 23/12. The mean of the estimates
     * is within three of its standard errors.
     */
    @Test
    void isUnbiasedAndHoldsKnownSharesAboutAsOftenAsItClaims() {
        RandomStream random = RandomStream.named(1, "coverage");
        double[] truth = {16 / 23.0, 4 / 23.0};
        double[] sums = new double[2];
        double[] squares = new double[2];
        int[] held = new int[2];
        for (int repetition = 0; repetition < 200; repetition++) {
            double[][] points = new double[64][2];
            for (double[] point : points) {
                Arrays.setAll(point, i -> random.nextDouble());
            }
            Interval[] shares = Bootstrap.intervals(
                    model(points, x -> 4 * x[0] + 2 * x[1] + random.nextGaussian() / 2),
                    RandomStream.named(repetition, "bootstrap"))[0];
            for (int i = 0; i < 2; i++) {
                sums[i] += shares[i].estimate() / 200;
                squares[i] += shares[i].estimate() * shares[i].estimate() / 200;
                held[i] += shares[i].low() <= truth[i] && truth[i] <= shares[i].high() ? 1 : 0;
            }
        }
        for (int i = 0; i < 2; i++) {
            double error = Math.sqrt((squares[i] - sums[i] * sums[i]) / 200);
            assertThat(sums[i]).isCloseTo(truth[i], within(3 * error));
            assertThat(held[i] / 200.0).isBetween(0.91, 0.985);
        }
    }

    private static double[][] sobol(int axes, int points) {
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(axes);
        sequence.nextVector();
        double[][] shares = new double[points][];
        Arrays.setAll(shares, point -> sequence.nextVector());
        return shares;
    }

    private static double[] once(double[][] points, ToDoubleFunction<double[]> figure) {
        int[] weights = new int[points.length];
        Arrays.fill(weights, 1);
        return model(points, figure).estimate(weights)[0];
    }

    private static AdditiveModel model(double[][] points, ToDoubleFunction<double[]> figure) {
        int axes = points[0].length;
        int[] levels = new int[axes];
        int[][] ranks = new int[points.length][axes];
        for (int axis = 0; axis < axes; axis++) {
            int index = axis;
            List<Double> ascending = Arrays.stream(points)
                    .map(point -> point[index])
                    .distinct()
                    .sorted(Comparator.naturalOrder())
                    .toList();
            levels[axis] = ascending.size();
            for (int point = 0; point < points.length; point++) {
                ranks[point][axis] = ascending.indexOf(points[point][axis]);
            }
        }
        return new AdditiveModel(
                List.of(Arrays.stream(points).mapToDouble(figure).toArray()), ranks, levels);
    }
}
