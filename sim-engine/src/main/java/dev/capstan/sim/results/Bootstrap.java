package dev.capstan.sim.results;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;

/**
 * Intervals of estimates that are made of like units, by drawing as many units again with replacement: the estimate of all units, and
 * 1.96 standard deviations of those of the draws to both sides (G. E. B. Archer, A. Saltelli and I. M. Sobol, Journal of
 * Statistical Computation and Simulation 58, 1997).
 */
final class Bootstrap {

    /** What is estimated. */
    interface Estimator {

        /** How many units it is made of. */
        int units();

        /**
         * For each figure its estimates; NaN where there is none.
         *
         * @param weights how often each unit counts
         */
        double[][] estimate(int[] weights);
    }

    private static final int DRAWS = 1000;

    private Bootstrap() {}

    /** For each figure the intervals of its estimates. */
    static Interval[][] intervals(Estimator estimator, RandomStream random) {
        int units = estimator.units();
        int[] weights = new int[units];
        Arrays.fill(weights, 1);
        double[][] estimates = estimator.estimate(weights);
        double[][] sums = new double[estimates.length][estimates[0].length];
        double[][] squares = new double[estimates.length][estimates[0].length];
        int[][] counts = new int[estimates.length][estimates[0].length];
        for (int draw = 0; draw < DRAWS; draw++) {
            Arrays.fill(weights, 0);
            for (int unit = 0; unit < units; unit++) {
                weights[random.nextInt(units)]++;
            }
            double[][] drawn = estimator.estimate(weights);
            for (int figure = 0; figure < drawn.length; figure++) {
                for (int i = 0; i < drawn[figure].length; i++) {
                    double off = drawn[figure][i] - estimates[figure][i];
                    if (!Double.isNaN(off)) {
                        sums[figure][i] += off;
                        squares[figure][i] += off * off;
                        counts[figure][i]++;
                    }
                }
            }
        }
        Interval[][] intervals = new Interval[estimates.length][estimates[0].length];
        for (int figure = 0; figure < intervals.length; figure++) {
            for (int i = 0; i < intervals[figure].length; i++) {
                double mean = sums[figure][i] / counts[figure][i];
                double deviation = Math.sqrt(Math.max(0, squares[figure][i] / counts[figure][i] - mean * mean));
                intervals[figure][i] = Interval.ofDeviation(estimates[figure][i], deviation);
            }
        }
        return intervals;
    }
}
