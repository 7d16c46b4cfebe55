package dev.capstan.sim.results;

import java.util.List;

/**
 * First-order and total indices of figures over the rows of a Saltelli design, with f(A), f(B) and f(AB) the figure at a row's points:
 * the first-order variance is the mean of f(B) (f(AB) - f(A)) (A. Saltelli and others, Computer Physics Communications 181, 2010, table
 * 2 b), the total one half the mean of (f(A) - f(AB))² (M. J. W. Jansen, Computer Physics Communications 117, 1999); the variance
 * is that of the A and B together. Figures count less their mean, which the first estimator gains from.
 */
final class SaltelliIndices implements Bootstrap.Estimator {

    private static final int SUM = 0;
    private static final int SQUARES = 1;
    private static final int FIRST = 2;

    private final int axes;
    private final int rows;

    /** For each figure and row the sums of f and f² over A and B, then each axis's terms of both indices. */
    private final double[][][] parts;

    /**
     * @param values for each figure its value at each place
     * @param places of the points of the rows, in their order
     */
    SaltelliIndices(List<double[]> values, List<Integer> places, int axes) {
        this.axes = axes;
        rows = places.size() / (axes + 2);
        parts = values.stream().map(of -> parts(of, places)).toArray(double[][][]::new);
    }

    private double[][] parts(double[] values, List<Integer> places) {
        double mean = 0;
        for (int row = 0; row < rows; row++) {
            int at = row * (axes + 2);
            mean += (values[places.get(at)] + values[places.get(at + 1)]) / (2.0 * rows);
        }
        double[][] ofRows = new double[rows][FIRST + 2 * axes];
        for (int row = 0; row < rows; row++) {
            int at = row * (axes + 2);
            double a = values[places.get(at)] - mean;
            double b = values[places.get(at + 1)] - mean;
            ofRows[row][SUM] = a + b;
            ofRows[row][SQUARES] = a * a + b * b;
            for (int axis = 0; axis < axes; axis++) {
                double mixed = values[places.get(at + 2 + axis)] - mean;
                ofRows[row][FIRST + axis] = b * (mixed - a);
                ofRows[row][FIRST + axes + axis] = (a - mixed) * (a - mixed) / 2;
            }
        }
        return ofRows;
    }

    @Override
    public int units() {
        return rows;
    }

    /** For each figure the first-order indices of the axes, then their total ones. */
    @Override
    public double[][] estimate(int[] weights) {
        double[][] indices = new double[parts.length][];
        for (int figure = 0; figure < parts.length; figure++) {
            double[] sums = new double[FIRST + 2 * axes];
            for (int row = 0; row < rows; row++) {
                if (weights[row] > 0) {
                    double[] part = parts[figure][row];
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += weights[row] * part[i];
                    }
                }
            }
            double mean = sums[SUM] / (2.0 * rows);
            double variance = sums[SQUARES] / (2.0 * rows) - mean * mean;
            indices[figure] = new double[2 * axes];
            for (int i = 0; i < indices[figure].length; i++) {
                indices[figure][i] = variance > 0 ? sums[FIRST + i] / rows / variance : Double.NaN;
            }
        }
        return indices;
    }
}
