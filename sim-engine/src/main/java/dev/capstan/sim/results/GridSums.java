package dev.capstan.sim.results;

import java.util.Arrays;

/**
 * The functional analysis of variance of figures over the points of a full grid (I. M. Sobol, Mathematics and Computers in
 * Simulation 55, 2001, with each level of a factor as likely as the others): the variance over all points is the sum of those of
 * the main effects, of the interactions of pairs and of what only three factors or more together bring about.
 */
final class GridSums {

    private final int[] levels;
    private final int cells;
    private final double[][] sums;
    private final double[] shift;
    private final double[] total;
    private final double[] squares;
    private long points;

    GridSums(int[] levels, int figures) {
        this.levels = levels;
        int mains = Arrays.stream(levels).sum();
        // What two factors do together is what is left of the variance beside their main effects.
        cells = levels.length > 2 ? mains + pairCells(levels) : mains;
        sums = new double[figures][cells];
        shift = new double[figures];
        total = new double[figures];
        squares = new double[figures];
    }

    private static int pairCells(int[] levels) {
        int cells = 0;
        for (int first = 0; first < levels.length; first++) {
            for (int second = first + 1; second < levels.length; second++) {
                cells = Math.addExact(cells, Math.multiplyExact(levels[first], levels[second]));
            }
        }
        return cells;
    }

    /** @param values of the figures at a point that was not there before */
    void add(int[] places, double[] values) {
        int[] at = cells(places);
        for (int figure = 0; figure < values.length; figure++) {
            if (points == 0) {
                shift[figure] = values[figure];
            }
            // Less the first value, so that squares of large figures with a small spread keep their digits.
            double value = values[figure] - shift[figure];
            total[figure] += value;
            squares[figure] += value * value;
            for (int cell : at) {
                sums[figure][cell] += value;
            }
        }
        points++;
    }

    /** The cells of a point: one for each factor, then one for each pair of them where pairs are kept. */
    private int[] cells(int[] places) {
        int factors = levels.length;
        int[] at = new int[factors > 2 ? factors + factors * (factors - 1) / 2 : factors];
        int next = 0;
        int offset = 0;
        for (int factor = 0; factor < factors; factor++) {
            at[next++] = offset + places[factor];
            offset += levels[factor];
        }
        for (int first = 0; next < at.length; first++) {
            for (int second = first + 1; second < factors; second++) {
                at[next++] = offset + places[first] * levels[second] + places[second];
                offset += levels[first] * levels[second];
            }
        }
        return at;
    }

    long points() {
        return points;
    }

    /** Whether the figure has a value at every point. */
    boolean has(int figure) {
        return !Double.isNaN(total[figure]);
    }

    /**
     * The shares of a figure's variance: of each factor, of each pair, and of the rest where there are three factors or more.
     * NaN where the figure does not vary.
     */
    double[] shares(int figure) {
        int factors = levels.length;
        double[] shares = new double[factors + factors * (factors - 1) / 2 + (factors > 2 ? 1 : 0)];
        double mean = total[figure] / points;
        double variance = squares[figure] / points - mean * mean;
        if (!VarianceShares.varies(variance, shift[figure] + mean)) {
            Arrays.fill(shares, Double.NaN);
            return shares;
        }
        double[][] effects = new double[factors][];
        int next = 0;
        int offset = 0;
        double left = 1;
        for (int factor = 0; factor < factors; factor++) {
            double[] effect = new double[levels[factor]];
            double sum = 0;
            for (int level = 0; level < effect.length; level++) {
                effect[level] = sums[figure][offset++] * effect.length / points - mean;
                sum += effect[level] * effect[level];
            }
            effects[factor] = effect;
            shares[next] = sum / effect.length / variance;
            left -= shares[next++];
        }
        for (int first = 0; offset < cells; first++) {
            for (int second = first + 1; second < factors; second++) {
                double pairs = (double) levels[first] * levels[second];
                double sum = 0;
                for (double one : effects[first]) {
                    for (double other : effects[second]) {
                        double both = sums[figure][offset++] * pairs / points - mean - one - other;
                        sum += both * both;
                    }
                }
                shares[next] = sum / pairs / variance;
                left -= shares[next++];
            }
        }
        if (factors > 1) {
            shares[next] = Math.max(0, left);
        }
        return shares;
    }
}
