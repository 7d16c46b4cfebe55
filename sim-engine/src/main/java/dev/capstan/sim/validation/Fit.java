package dev.capstan.sim.validation;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/** A law linear in its coefficients, fitted so that the squares of the relative errors are least. */
final class Fit {

    private final double[] coefficients;

    private Fit(double[] coefficients) {
        this.coefficients = coefficients;
    }

    /** One measured point: the terms of the law, and what was measured. */
    record Point(double[] terms, double measured) {}

    static Fit of(List<Point> points) {
        double[][] terms = new double[points.size()][];
        double[] ones = new double[points.size()];
        for (int i = 0; i < terms.length; i++) {
            Point point = points.get(i);
            terms[i] = point.terms().clone();
            for (int k = 0; k < terms[i].length; k++) {
                terms[i][k] /= point.measured();
            }
            ones[i] = 1;
        }
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.setNoIntercept(true);
        regression.newSampleData(ones, terms);
        return new Fit(regression.estimateRegressionParameters());
    }

    double at(double... terms) {
        double sum = 0;
        for (int k = 0; k < terms.length; k++) {
            sum += coefficients[k] * terms[k];
        }
        return sum;
    }

    /** Mean absolute relative error. */
    double meanError(List<Point> points) {
        double sum = 0;
        for (Point point : points) {
            sum += Math.abs(at(point.terms()) / point.measured() - 1);
        }
        return sum / points.size();
    }

    double worstError(List<Point> points) {
        double worst = 0;
        for (Point point : points) {
            worst = Math.max(worst, Math.abs(at(point.terms()) / point.measured() - 1));
        }
        return worst;
    }

    /** Every second one, from the first on, or from the second on. */
    static <T> List<T> half(List<T> all, boolean second) {
        List<T> half = new ArrayList<>();
        for (int i = second ? 1 : 0; i < all.size(); i += 2) {
            half.add(all.get(i));
        }
        return half;
    }
}
