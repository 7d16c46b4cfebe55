package dev.capstan.sim.serving;

import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;

/** The 99 % confidence interval of a mean, by Student's t over independent replications. */
public record Interval(double mean, double halfWidth) {

    /** The interval of the mean of independent replications. */
    public static Interval of(double... replications) {
        int n = replications.length;
        double mean = 0;
        for (double value : replications) {
            mean += value / n;
        }
        double squares = 0;
        for (double value : replications) {
            squares += (value - mean) * (value - mean);
        }
        double t = new TDistribution(n - 1.0).inverseCumulativeProbability(0.995);
        return new Interval(mean, t * StrictMath.sqrt(squares / (n - 1) / n));
    }

    /** Whether it holds a value. */
    public boolean covers(double value) {
        return Math.abs(value - mean) <= halfWidth;
    }

    /** Whether some value of a range lies in the interval. */
    public boolean meets(double low, double high) {
        return mean + halfWidth >= low && mean - halfWidth <= high;
    }

    /** Half its width over its mean. */
    public double relativeHalfWidth() {
        return halfWidth / Math.abs(mean);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.6g ± %.2g", mean, halfWidth);
    }
}
