package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GridVarianceTest {

    /**
     * Mean 5, squares about it 64. Row means 3 and 7: 3 (4 + 4) = 24. Column means 2, 5 and 8: 2 (9 + 0 + 9) = 36. What is left of the
     * cells is 1, -1, 0 and -1, 1, 0: squares 4.
     */
    @Test
    void sharesOutTheVarianceOfATableWorkedOutByHand() {
        double[][] table = {{1, 2, 6}, {3, 8, 10}};

        assertThat(shares(new int[] {2, 3}, at -> table[at[0]][at[1]]))
                .containsExactly(new double[] {24 / 64.0, 36 / 64.0, 4 / 64.0}, within(1e-15));
    }

    /** Contrasts of eight points are orthogonal, and each has variance 1 per squared factor: 9 + 4 + 1 + 1 + 1 = 16. */
    @Test
    void keepsApartWhatTwoAndThreeFactorsDoTogether() {
        int[] sign = {-1, 1};
        double[] shares = shares(new int[] {2, 2, 2}, at -> {
            int a = sign[at[0]];
            int b = sign[at[1]];
            int c = sign[at[2]];
            return 100 + 3 * a + 2 * b + a * b + b * c + a * b * c;
        });

        double[] expected = {9 / 16.0, 4 / 16.0, 0, 1 / 16.0, 0, 1 / 16.0, 1 / 16.0};
        assertThat(shares).containsExactly(expected, within(1e-14));
    }

    /** Replication 1 knows the columns only: shares of the rows 0.375 and 0, t(0.975; 1) = 12.7062. */
    @Test
    void takesTheIntervalOverReplications() {
        double[][] table = {{1, 2, 6}, {3, 8, 10}};
        GridVariance variance = new GridVariance(List.of("a", "b"), new int[] {2, 3}, 1);
        for (int[] at : points(new int[] {2, 3})) {
            variance.add(0, at, new double[] {table[at[0]][at[1]]});
            variance.add(1, at, new double[] {at[1]});
        }

        assertThat(variance.terms().get(0))
                .extracting(VarianceShares.Term::term, VarianceShares.Term::kind)
                .containsExactly(tuple("a", "main"), tuple("b", "main"), tuple("a × b", "interaction"));
        Interval rows = variance.terms().get(0).get(0).share();
        assertThat(rows.estimate()).isCloseTo(0.1875, within(1e-12));
        assertThat(rows.high()).isCloseTo(0.1875 + 12.7062 * 0.1875, within(1e-4));
    }

    @Property(tries = 200)
    void addsUpToOneWhateverTheOrderScaleAndOrigin(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 2, max = 4) Integer> of, @ForAll long seed) {
        int[] levels = of.stream().mapToInt(Integer::intValue).toArray();
        RandomStream random = RandomStream.named(seed, "grid");
        List<int[]> points = points(levels);
        double[] values =
                points.stream().mapToDouble(at -> random.nextGaussian()).toArray();
        double[] shares = shares(levels, points, values);

        assertThat(Arrays.stream(shares)).allSatisfy(share -> assertThat(share).isNotNegative());
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));

        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        double[] others = shares(
                levels,
                order.stream().map(points::get).toList(),
                order.stream().mapToDouble(i -> 1e9 - 3e4 * values[i]).toArray());
        // 1e9 and 3e4 leave eleven digits of the values.
        assertThat(others).containsExactly(shares, within(1e-8));
    }

    @Test
    void saysNothingOfFiguresThatDoNotVary() {
        assertThat(shares(new int[] {2, 3}, at -> 7e9 + 1e-4 * at[0])).containsOnly(Double.NaN);
    }

    @Test
    void leavesOutReplicationsWithoutTheFigureAndThoseThatWereNotRunEverywhere() {
        GridVariance variance = new GridVariance(List.of("a"), new int[] {2}, 2);
        variance.add(0, new int[] {0}, new double[] {1, Double.NaN});
        variance.add(0, new int[] {1}, new double[] {Double.NaN, Double.NaN});
        variance.add(1, new int[] {0}, new double[] {3, Double.NaN});
        variance.add(1, new int[] {1}, new double[] {5, Double.NaN});
        variance.add(2, new int[] {0}, new double[] {3, 1});

        assertThat(variance.obstacle()).isEmpty();
        assertThat(variance.terms().get(0))
                .singleElement()
                .satisfies(term -> assertThat(term.share()).isEqualTo(new Interval(1, 1, 1)));
        assertThat(variance.terms().get(1)).isEmpty();
    }

    @Test
    void saysWhatAnIncompleteGridLacks() {
        GridVariance variance = new GridVariance(List.of("a", "b"), new int[] {2, 3}, 1);
        variance.add(0, new int[] {0, 0}, new double[] {1});

        assertThat(variance.obstacle()).contains("of the 6 combinations of its axes 1 were run");
    }

    /**
     * An additive model whose first effect differs from replication to replication: ±g and ±1 with g uniform from 0.5 to 1.5. The share
     * of the first factor is g² / (1 + g²); its mean over g is 1 - (atan 1.5 - atan 0.5).
     */
    @Test
    void holdsAKnownMeanShareAsOftenAsItClaims() {
        double truth = 1 - (StrictMath.atan(1.5) - StrictMath.atan(0.5));

        assertThat(held(new int[] {2, 2}, truth, random -> {
                    double effect = 0.5 + random.nextDouble();
                    double ofReplication = 10 * random.nextGaussian();
                    return at -> ofReplication + effect * (2 * at[0] - 1) + (2 * at[1] - 1);
                }))
                .isBetween(0.92, 0.98);
    }

    /** Of noise alone a factor of 3 levels among 12 points has 2 of 11 degrees of freedom: the mean of a beta distribution. */
    @Test
    void countsNoiseByDegreesOfFreedom() {
        assertThat(held(new int[] {3, 4}, 2 / 11.0, random -> at -> random.nextGaussian()))
                .isBetween(0.91, 0.98);
    }

    /** The share of 500 intervals over 12 replications each that hold the truth for the first factor. */
    private static double held(int[] levels, double truth, Function<RandomStream, ToDoubleFunction<int[]>> model) {
        RandomStream random = RandomStream.named(1, "coverage");
        int held = 0;
        for (int repetition = 0; repetition < 500; repetition++) {
            GridVariance variance = new GridVariance(List.of("a", "b"), levels, 1);
            for (int replication = 0; replication < 12; replication++) {
                ToDoubleFunction<int[]> figure = model.apply(random);
                for (int[] at : points(levels)) {
                    variance.add(replication, at, new double[] {figure.applyAsDouble(at)});
                }
            }
            Interval share = variance.terms().get(0).get(0).share();
            held += share.low() <= truth && truth <= share.high() ? 1 : 0;
        }
        return held / 500.0;
    }

    private static double[] shares(int[] levels, ToDoubleFunction<int[]> figure) {
        List<int[]> points = points(levels);
        return shares(levels, points, points.stream().mapToDouble(figure).toArray());
    }

    private static double[] shares(int[] levels, List<int[]> points, double[] values) {
        GridSums sums = new GridSums(levels, 1);
        for (int i = 0; i < values.length; i++) {
            sums.add(points.get(i), new double[] {values[i]});
        }
        return sums.shares(0);
    }

    private static List<int[]> points(int[] levels) {
        List<int[]> points = List.of(new int[0]);
        for (int count : levels) {
            List<int[]> longer = new ArrayList<>();
            for (int[] point : points) {
                for (int level = 0; level < count; level++) {
                    int[] more = Arrays.copyOf(point, point.length + 1);
                    more[point.length] = level;
                    longer.add(more);
                }
            }
            points = longer;
        }
        return points;
    }
}
