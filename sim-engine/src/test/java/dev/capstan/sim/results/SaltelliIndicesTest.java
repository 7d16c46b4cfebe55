package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.SobolSequenceGenerator;
import org.junit.jupiter.api.Test;

class SaltelliIndicesTest {

    /** With a = 7 and b = 0.1: V = a²/8 + b π⁴/5 + b² π⁸/18 + 1/2, V1 = (1 + b π⁴/5)²/2, V2 = a²/8, V13 = 8 b² π⁸/225. */
    @Test
    void findsTheIndicesOfIshigamisFunction() {
        double[] indices = indices(3, 4096, SaltelliIndicesTest::ishigami);

        assertThat(indices).containsExactly(new double[] {0.3139, 0.4424, 0, 0.5576, 0.4424, 0.2437}, within(0.01));
    }

    /** Sobol's g: V_i = 1 / (3 (1 + a_i)²), V = Π (1 + V_i) - 1, total V_i Π_{j ≠ i} (1 + V_j). */
    @Test
    void findsTheIndicesOfTheGFunction() {
        double[] a = {0, 1, 4.5, 9};
        double[] parts =
                Arrays.stream(a).map(of -> 1 / (3 * (1 + of) * (1 + of))).toArray();
        double product = Arrays.stream(parts).reduce(1, (left, part) -> left * (1 + part));
        double[] expected = new double[8];
        for (int i = 0; i < 4; i++) {
            expected[i] = parts[i] / (product - 1);
            expected[4 + i] = parts[i] * product / (1 + parts[i]) / (product - 1);
        }

        double[] indices = indices(
                4,
                4096,
                x -> IntStream.range(0, 4)
                        .mapToDouble(i -> (Math.abs(4 * x[i] - 2) + a[i]) / (1 + a[i]))
                        .reduce(1, (left, factor) -> left * factor));

        assertThat(indices).containsExactly(expected, within(0.01));
    }

    /** Of a sum of terms of their own each index is the term's share of the variance, far from the origin too. */
    @Test
    void countsFiguresLessTheirMean() {
        double[] indices = indices(2, 1024, x -> 1e6 + 2 * x[0] + x[1]);

        assertThat(indices).containsExactly(new double[] {0.8, 0.2, 0.8, 0.2}, within(0.005));
    }

    /** 400 designs of 128 random rows of 3 x + 2 y, whose shares are 9 / 13 and 4 / 13, first-order and total. */
    @Test
    void holdsKnownIndicesAboutAsOftenAsItClaims() {
        RandomStream random = RandomStream.named(1, "coverage");
        double[] truth = {9 / 13.0, 4 / 13.0, 9 / 13.0, 4 / 13.0};
        int[] held = new int[4];
        for (int repetition = 0; repetition < 400; repetition++) {
            double[][] rows = new double[128][4];
            for (double[] row : rows) {
                Arrays.setAll(row, i -> random.nextDouble());
            }
            Interval[] indices = Bootstrap.intervals(
                    estimator(2, rows, x -> 3 * x[0] + 2 * x[1]), RandomStream.named(repetition, "bootstrap"))[0];
            for (int i = 0; i < 4; i++) {
                held[i] += indices[i].low() <= truth[i] && truth[i] <= indices[i].high() ? 1 : 0;
            }
        }
        assertThat(Arrays.stream(held).mapToDouble(of -> of / 400.0))
                .allSatisfy(share -> assertThat(share).isBetween(0.91, 0.98));
    }

    static double ishigami(double[] x) {
        double first = StrictMath.sin(Math.PI * (2 * x[0] - 1));
        double second = StrictMath.sin(Math.PI * (2 * x[1] - 1));
        double third = Math.PI * (2 * x[2] - 1);
        return first + 7 * second * second + 0.1 * third * third * third * third * first;
    }

    private static double[] indices(int axes, int rows, ToDoubleFunction<double[]> figure) {
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(2 * axes);
        sequence.nextVector();
        double[][] both = new double[rows][];
        Arrays.setAll(both, row -> sequence.nextVector());
        SaltelliIndices estimator = estimator(axes, both, figure);
        int[] once = new int[rows];
        Arrays.fill(once, 1);
        return estimator.estimate(once)[0];
    }

    /** @param both A and B of each row, one after the other */
    private static SaltelliIndices estimator(int axes, double[][] both, ToDoubleFunction<double[]> figure) {
        double[] values = new double[both.length * (axes + 2)];
        int next = 0;
        for (double[] row : both) {
            values[next++] = figure.applyAsDouble(Arrays.copyOf(row, axes));
            values[next++] = figure.applyAsDouble(Arrays.copyOfRange(row, axes, 2 * axes));
            for (int axis = 0; axis < axes; axis++) {
                double[] mixed = Arrays.copyOf(row, axes);
                mixed[axis] = row[axes + axis];
                values[next++] = figure.applyAsDouble(mixed);
            }
        }
        return new SaltelliIndices(
                List.of(values), IntStream.range(0, values.length).boxed().toList(), axes);
    }
}
