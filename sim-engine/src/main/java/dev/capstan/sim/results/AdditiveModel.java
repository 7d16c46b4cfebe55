package dev.capstan.sim.results;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;

/**
 * First-order shares of the variance of figures over points of any design: a sum of one curve for each axis is fitted to all points at
 * once by least squares (first-order RS-HDMR: G. Li, S.-W. Wang and H. Rabitz, Journal of Physical Chemistry A 106, 2002), and the
 * share of an axis is the variance of its curve, of those of all curves and of what no curve follows together. A curve has up to six cosines over the ranks of the axis's values (E. Plischke,
 * Environmental Modelling &amp; Software 35, 2012), as many as leave four points to each. A curve also follows what the other axes do
 * together; the variance that it gains from this by chance, the residual variance times the trace of its hat matrix, is taken off again,
 * as in an adjusted coefficient of determination. So a share that is 0 may come out a little below.
 */
final class AdditiveModel implements Bootstrap.Estimator {

    private static final int MOST_COSINES = 6;
    private static final int POINTS_PER_COSINE = 4;

    private final double[][] figures;

    /** For each point its cosines, axis by axis. */
    private final double[][] rows;

    /** Where the cosines of each axis begin, and after the last one end. */
    private final int[] begins;

    /**
     * @param values for each figure its value at each point
     * @param ranks of the values of each point on each axis
     * @param levels how many ranks each axis has
     */
    AdditiveModel(List<double[]> values, int[][] ranks, int[] levels) {
        figures = values.toArray(double[][]::new);
        begins = new int[levels.length + 1];
        int most = Math.min(MOST_COSINES, ranks.length / (POINTS_PER_COSINE * levels.length));
        for (int axis = 0; axis < levels.length; axis++) {
            begins[axis + 1] = begins[axis] + Math.min(most, levels[axis] - 1);
        }
        rows = new double[ranks.length][begins[levels.length]];
        for (int point = 0; point < rows.length; point++) {
            for (int axis = 0; axis < levels.length; axis++) {
                double share = (ranks[point][axis] + 0.5) / levels[axis];
                for (int i = begins[axis]; i < begins[axis + 1]; i++) {
                    rows[point][i] = StrictMath.cos(Math.PI * (i - begins[axis] + 1) * share);
                }
            }
        }
    }

    /** The fewest points that let every axis have a curve. */
    static int leastPoints(int axes) {
        return POINTS_PER_COSINE * axes;
    }

    @Override
    public int units() {
        return rows.length;
    }

    /** For each figure the shares of the axes; NaN where the points do not tell the axes apart. */
    @Override
    public double[][] estimate(int[] weights) {
        int cosines = begins[begins.length - 1];
        double[][] moments = new double[cosines][cosines];
        double[] sums = new double[cosines];
        for (int point = 0; point < rows.length; point++) {
            if (weights[point] > 0) {
                addSquare(weights[point], rows[point], moments, sums);
            }
        }
        for (int i = 0; i < cosines; i++) {
            for (int j = 0; j <= i; j++) {
                moments[i][j] -= sums[i] / rows.length * sums[j];
                moments[j][i] = moments[i][j];
            }
        }
        double[][] shares = new double[figures.length][begins.length - 1];
        double[][] inverse;
        try {
            inverse = new CholeskyDecomposition(new Array2DRowRealMatrix(moments))
                    .getSolver()
                    .getInverse()
                    .getData();
        } catch (NonPositiveDefiniteMatrixException e) {
            for (double[] of : shares) {
                Arrays.fill(of, Double.NaN);
            }
            return shares;
        }
        for (int figure = 0; figure < figures.length; figure++) {
            fit(figures[figure], weights, moments, inverse, shares[figure]);
        }
        return shares;
    }

    private static void addSquare(int weight, double[] row, double[][] moments, double[] sums) {
        for (int i = 0; i < row.length; i++) {
            double weighted = weight * row[i];
            sums[i] += weighted;
            for (int j = 0; j <= i; j++) {
                moments[i][j] += weighted * row[j];
            }
        }
    }

    private void fit(double[] values, int[] weights, double[][] moments, double[][] inverse, double[] shares) {
        int points = rows.length;
        int cosines = moments.length;
        double mean = 0;
        for (int point = 0; point < points; point++) {
            mean += weights[point] * values[point] / points;
        }
        double residual = 0;
        double[] with = new double[cosines];
        for (int point = 0; point < points; point++) {
            double off = values[point] - mean;
            residual += weights[point] * off * off;
            for (int i = 0; i < cosines; i++) {
                with[i] += weights[point] * off * rows[point][i];
            }
        }
        double[] slopes = new double[cosines];
        for (int i = 0; i < cosines; i++) {
            for (int j = 0; j < cosines; j++) {
                slopes[i] += inverse[i][j] * with[j];
            }
            residual -= slopes[i] * with[i];
        }
        double chance = residual / (points - 1 - cosines);
        double sum = chance * (points - 1);
        for (int axis = 0; axis < shares.length; axis++) {
            double curve = 0;
            double trace = 0;
            for (int i = begins[axis]; i < begins[axis + 1]; i++) {
                for (int j = begins[axis]; j < begins[axis + 1]; j++) {
                    curve += slopes[i] * moments[i][j] * slopes[j];
                    trace += moments[i][j] * inverse[j][i];
                }
            }
            shares[axis] = curve - chance * trace;
            sum += shares[axis];
        }
        for (int axis = 0; axis < shares.length; axis++) {
            shares[axis] = sum > 0 ? shares[axis] / sum : Double.NaN;
        }
    }
}
